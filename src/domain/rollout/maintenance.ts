/** What users see while the old release has ended and the new one is not there yet. */
export function maintenancePage(app: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${app}: maintenance</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32rem;padding:0 1rem}</style></head>
<body><h1>Back in a moment</h1><p>${app} is being updated. Please try again in a minute.</p></body>
</html>
`;
}
