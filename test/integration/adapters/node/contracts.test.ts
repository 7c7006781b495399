import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe } from 'vitest';
import { nodeClock } from '../../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../../src/adapters/node/files.ts';
import { nodeHttp } from '../../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../../src/adapters/node/ports.ts';
import { clockContract } from '../../../fakes/contracts/clock.ts';
import { daemonsContract } from '../../../fakes/contracts/daemons.ts';
import { filesContract } from '../../../fakes/contracts/files.ts';
import { httpContract } from '../../../fakes/contracts/http.ts';
import { portsContract } from '../../../fakes/contracts/ports.ts';

describe('the clock of the machine', () => {
  clockContract(() => ({ clock: nodeClock(), pass: async () => {} }));
});

describe('the file system', () => {
  filesContract(async () => {
    const root = await mkdtemp(join(tmpdir(), 'fairway files '));
    return {
      files: nodeFiles(),
      root,
      link: async (target, path) => await symlink(target, path),
      cleanUp: async () => await rm(root, { recursive: true }),
    };
  });
});

describe('the loopback ports', () => {
  portsContract(() => ({
    ports: nodePorts(),
    async listen(port) {
      const server = createTcpServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      return async () => await new Promise((resolve) => server.close(() => resolve()));
    },
  }));
});

describe('the network', () => {
  httpContract(async (answer) => {
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString('utf8');
      const answered = answer({ method: request.method ?? '', url: request.url ?? '', body });
      if (answered === null) {
        response.destroy();
        return;
      }
      if (answered.afterMs !== undefined) await delay(answered.afterMs);
      response.writeHead(answered.status, answered.headers).end(answered.body);
    };
    const server = createServer((request, response) => void respond(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      http: nodeHttp(),
      url: `http://127.0.0.1:${port}`,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  });
});

describe('the daemons of this machine', () => {
  daemonsContract(async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'fairway daemons '));
    const env = { PATH: process.env['PATH'] ?? '' };
    return {
      daemons: nodeDaemons(),
      spec: { argv: ['sleep', '3600'], cwd, env, logFile: join(cwd, 'log') },
      cleanUp: async () => await rm(cwd, { recursive: true }),
    };
  });
});
