import { proxyContract } from './contract.ts';
import { openNginx } from './nginx-bench.ts';

proxyContract('nginx, within its limits', async () => await openNginx(), ['nginx']);
