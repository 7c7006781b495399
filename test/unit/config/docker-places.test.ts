import { expect, test } from 'vitest';
import { loadText } from '../../../src/config/load.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { ConfigError } from '../../../src/errors.ts';

const base = `app: shop
processes:
  web: { command: node server.js, traffic: true }
`;

function told(text: string): readonly string[] {
  try {
    resolveConfig(loadText(`${base}${text}`, 'fairway.yml'), null);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

test('an agent in a container and HAProxy need nothing said', () => {
  expect(told('target: { type: docker }\nproxy: { type: haproxy, port: 80 }\n')).toEqual([]);
});

test.each([
  ['the embedded proxy', 'target: { type: docker }\nproxy: { type: embedded }\n', 'proxy.type: '],
  ['nginx', 'target: { type: docker }\nproxy: { type: nginx }\n', 'proxy.type: '],
  [
    'hosts and an agent beside the command',
    'target: { type: docker, agent: process, hosts: { a: "ssh://a" } }\n',
    'target.agent: several hosts need an agent on each',
  ],
  [
    'one host and several',
    'target: { type: docker, host: "ssh://a", hosts: { b: "ssh://b" } }\n',
    'target.host: is given beside "hosts"',
  ],
  [
    'hosts that nobody waits for',
    'target: { type: docker, hosts: { b: "ssh://b" } }\ndeploy: { wait: false }\n',
    'deploy.wait: several hosts are led by the command',
  ],
  [
    'a certificate that the container does not see',
    'target: { type: docker }\nproxy: { type: haproxy, tls: { certificates: [/etc/ssl/shop.pem] } }\n',
    'proxy.tls.certificates[0]: an agent in a container does not see this file',
  ],
  [
    'an image of HAProxy by a name that may mean another one tomorrow',
    'target: { type: docker }\nproxy: { type: haproxy, image: "haproxy:3.0" }\n',
    'proxy.image: expected an image by its digest',
  ],
])('%s is refused, and where it stands is said', (_what, text, words) => {
  expect(told(text)).toEqual([expect.stringContaining(words)]);
});

test('certificates may be secrets, or lie in a folder that the agent may read', () => {
  const text = `target: { type: docker, certificates: /etc/letsencrypt }
proxy: { type: haproxy, tls: { certificates: [/etc/letsencrypt/live/shop.pem, "env:CERTIFICATE", "file:shop.pem"] } }
`;

  expect(told(text)).toEqual([]);
});
