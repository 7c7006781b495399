import type { PlainMap } from '../path.ts';

/** Pages in `public`, served by Python's own server; nothing is built. */
export const staticPages: PlainMap = {
  processes: {
    web: {
      command: ['sh', '-c', 'exec python3 -m http.server "$PORT" --bind 127.0.0.1 --directory public'],
      traffic: true,
    },
  },
  smoke: { checks: [{ type: 'page', path: '/' }] },
};
