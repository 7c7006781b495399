import type { EphemeralServer } from '../database.ts';

/** The part of an ephemeral server that watching needs. */
export type ThrowAwayServer = Pick<EphemeralServer, 'version' | 'url' | 'create' | 'drop' | 'stop'>;
