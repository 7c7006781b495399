import type { PlainMap } from '../path.ts';

/** An npm project with a lock file, whose `src/server.js` listens on PORT. */
export const node: PlainMap = {
  build: { run: ['npm ci', 'npm run build --if-present'] },
  test: { run: 'npm run test --if-present' },
  processes: { web: { command: 'node src/server.js', traffic: true } },
  smoke: { checks: [{ type: 'page', path: '/' }] },
};
