/** The Action's front door: the step itself, and, when the runner comes back at the end of the job, its post step. */
import { main } from './action/main.ts';

process.exit(await main());
