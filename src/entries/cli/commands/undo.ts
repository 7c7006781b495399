import type { CommandBody } from '../command.ts';
import { run as rollback } from './rollback.ts';

/** Back to the release before the stable one. */
export const run: CommandBody = async (context) => await rollback({ ...context, positionals: [] });
