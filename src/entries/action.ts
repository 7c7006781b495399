/** The Action's front door: the step itself, and, when the runner comes back at the end of the job, its post step. */
const { main } = await import('./action/main.ts');
process.exit(await main());
