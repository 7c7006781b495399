import { daggerPipeline } from '../../../../../src/adapters/dagger/client.ts';

/** A client of ours that is killed while its pipeline runs: argv is the bundled program of the child. */
const [, , entry = ''] = process.argv;
await daggerPipeline(
  { pipeline: 'probe' },
  { env: process.env, program: [process.execPath, entry], connectTimeoutMs: 60_000, timeoutMs: 60_000 },
);
