import { proxyContract } from './contract.ts';
import { openHaproxy } from './haproxy-bench.ts';

proxyContract('HAProxy', async () => await openHaproxy(), ['haproxy']);
