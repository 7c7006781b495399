import { expect, test } from 'vitest';
import { haproxyRuntime } from '../../../src/adapters/haproxy/runtime.ts';
import { nginxRuntime } from '../../../src/adapters/nginx/runtime.ts';
import { EnvironmentError } from '../../../src/errors.ts';
import { embedded } from '../../../src/proxies/embedded.ts';
import { controlProtocol } from '../../../src/proxies/embedded/protocol.ts';
import type { Proxy, ProxyContext } from '../../../src/proxies/proxy.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeDaemons } from '../../fakes/daemons.ts';
import { fakeFiles } from '../../fakes/files.ts';
import { fakePorts } from '../../fakes/ports.ts';

const context: ProxyContext = {
  directory: '/state/apps/shop/local',
  runDirectory: '/state/run',
  runtime: { node: '/state/node', bundle: '/state/bundle' },
};
const socket = '/state/run/proxy-8080.sock';

interface Asked {
  readonly directory: string;
  readonly question: { readonly type: string };
}

/** A host on which a proxy answers the questions; `running` null means that none does yet. */
function host(running: { protocol: number; build: string; directory: string } | null) {
  let answering = running;
  const asked: string[] = [];
  const files = fakeFiles({ '/state/bundle/proxy.js': 'the bundle' });
  const daemons = fakeDaemons(() => {
    answering = { protocol: controlProtocol, build: 'new', directory: context.directory };
  });
  const control = {
    ask: async (path: string, wire: unknown) => {
      const { question } = wire as Asked;
      asked.push(question.type);
      if (answering === null || path !== socket)
        throw new EnvironmentError('CONTROL_GONE', `nothing listens on ${path}`);
      if (question.type === 'stop') answering = null;
      return {
        ok: true,
        value: question.type === 'hello' && answering !== null ? { ...answering, pid: 7, port: 8080 } : null,
      };
    },
  };
  const ports = {
    files,
    daemons,
    ports: fakePorts(),
    clock: fakeClock({ auto: true }),
    control,
    haproxy: haproxyRuntime(''),
    nginx: nginxRuntime(''),
  };
  const proxy: Proxy = embedded.create(embedded.schema.parse({ type: 'embedded' }), context, ports);
  return { proxy, asked, daemons, files, ports };
}

test('where none runs, one is started from the bundle with nothing of our environment', async () => {
  const { proxy, daemons, files } = host(null);
  await proxy.ensure();

  expect(proxy.url).toBe('http://127.0.0.1:8080');
  expect(daemons.started.map(({ spec }) => spec)).toMatchObject([
    { env: {}, cwd: context.directory, logFile: '/state/apps/shop/local/proxy/proxy.log' },
  ]);
  expect(daemons.started[0]?.spec.argv.slice(0, 8)).toEqual([
    '/state/node',
    '/state/bundle/proxy.js',
    '--directory',
    context.directory,
    '--socket',
    socket,
    '--port',
    '8080',
  ]);
  expect(JSON.parse(files.texts()['/state/apps/shop/local/proxy/process.json'] ?? '')).toEqual(
    daemons.started[0]?.identity,
  );
});

test('one of an older bundle that speaks the same protocol goes on serving', async () => {
  const { proxy, asked, daemons } = host({ protocol: controlProtocol, build: 'old', directory: context.directory });
  await proxy.ensure();

  expect(asked).toEqual(['hello', 'configure']);
  expect(daemons.started).toEqual([]);
});

test('one that speaks another protocol is ended and replaced', async () => {
  const { proxy, asked, daemons } = host({ protocol: 99, build: 'newer', directory: context.directory });
  await proxy.ensure();

  expect(asked).toEqual(['hello', 'stop', 'hello']);
  expect(daemons.started).toHaveLength(1);
});

test('a port on which something else listens is not taken over', async () => {
  const { proxy, daemons, ports } = host(null);
  ports.ports.take(8080);

  await expect(proxy.ensure()).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: 'port 8080 on 127.0.0.1 is taken',
    hint: 'end what listens there, or choose another proxy.port',
  });
  expect(daemons.started).toEqual([]);
});
