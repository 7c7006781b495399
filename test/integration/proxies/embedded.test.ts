import { proxyContract } from './contract.ts';
import { openEmbedded } from './embedded-bench.ts';

proxyContract('the embedded proxy', async () => await openEmbedded());
