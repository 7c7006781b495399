import { hostEngine } from './host.ts';

/** The registry: a new engine is one file and one line here. */
export const engines = { host: hostEngine } as const;
