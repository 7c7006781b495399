// One JSON object per line on stdout, so that whoever collects the logs need not guess.

export function createLog(write = (line) => process.stdout.write(line)) {
  const at = (level) => (message, fields) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
