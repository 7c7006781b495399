import { expect, test } from 'vitest';
import { loadText } from '../../../src/config/load.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { ConfigError } from '../../../src/errors.ts';

function told(text: string): string {
  try {
    resolveConfig(loadText(`app: shop\n${text}`, 'fairway.yml'), null);
    return '';
  } catch (error) {
    return (error as ConfigError).problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  }
}

const web = 'web: { command: node server.js, traffic: true }';
const worker = 'worker: { command: node worker.js }';
const local = 'target: { type: process }';

test.each([
  ['workers alone are rolling', `processes: { ${worker} }\n${local}\ndeploy: { strategy: rolling }`, ''],
  [
    'rolling is for workers alone',
    `processes: { ${web}, ${worker} }\n${local}\ndeploy: { strategy: rolling }`,
    'deploy.strategy: rolling is for workers only, and web takes traffic',
  ],
  [
    'workers alone have nothing to shift',
    `processes: { ${worker} }\n${local}`,
    'processes: exactly one process takes traffic: give one of them "traffic: true"',
  ],
  [
    'nginx shows no page',
    `processes: { ${web} }\n${local}\nproxy: { type: nginx }\ndeploy: { strategy: recreate }`,
    'deploy.strategy: nginx shows no maintenance page: use "proxy: { type: haproxy }"',
  ],
  [
    'a window has a form',
    `processes: { ${web} }\n${local}\ndeploy: { windows: [tonight] }`,
    'deploy.windows[0]: expected a time in UTC such as "03:00-04:00" or "sat 22:00-02:00"',
  ],
])('%s', (_title, text, expected) => {
  expect(told(text)).toContain(expected);
  if (expected === '') expect(told(text)).toBe('');
});
