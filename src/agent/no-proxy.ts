import type { Proxy } from '../proxies/proxy.ts';

/** For releases of workers only: nobody comes in, so nothing is shifted, counted or drained. */
export const noProxy: Proxy = {
  url: '',
  ensure: async () => {},
  add: async () => {},
  shift: async () => {},
  persistStable: async () => {},
  stats: async () => [],
  drain: async () => ({ cut: 0 }),
  remove: async () => {},
  stop: async () => {},
};
