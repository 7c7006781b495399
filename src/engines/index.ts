import { daggerEngine } from './dagger.ts';
import { dockerEngine } from './docker.ts';
import { hostEngine } from './host.ts';

/** The registry: a new engine is one file and one line here. */
export const engines = { dagger: daggerEngine, docker: dockerEngine, host: hostEngine } as const;
