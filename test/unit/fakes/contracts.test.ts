import { describe } from 'vitest';
import { fakeClock } from '../../fakes/clock.ts';
import { clockContract } from '../../fakes/contracts/clock.ts';
import { daemonsContract } from '../../fakes/contracts/daemons.ts';
import { filesContract } from '../../fakes/contracts/files.ts';
import { httpContract } from '../../fakes/contracts/http.ts';
import { portsContract } from '../../fakes/contracts/ports.ts';
import { fakeDaemons } from '../../fakes/daemons.ts';
import { fakeFiles } from '../../fakes/files.ts';
import { fakeHttp } from '../../fakes/http.ts';
import { fakePorts } from '../../fakes/ports.ts';

describe('the fake clock', () => {
  clockContract(() => {
    const clock = fakeClock();
    return { clock, pass: async (ms) => await clock.advance(ms) };
  });
});

describe('the fake clock whose time passes by itself', () => {
  clockContract(() => ({ clock: fakeClock({ auto: true }), pass: async () => {} }));
});

describe('the fake file system', () => {
  filesContract(async () => {
    const files = fakeFiles();
    await files.makeDirectory('/root');
    return {
      files,
      root: '/root',
      link: async (target, path) => files.link(target, path),
      cleanUp: async () => {},
    };
  });
});

describe('the fake ports', () => {
  portsContract(() => {
    const ports = fakePorts();
    return {
      ports,
      async listen(port) {
        const letGo = ports.take(port);
        return async () => letGo();
      },
    };
  });
});

describe('the fake network', () => {
  httpContract(async (answer) => ({ http: fakeHttp(answer), url: 'http://127.0.0.1:40000', close: async () => {} }));
});

describe('the fake daemons', () => {
  daemonsContract(async () => ({
    daemons: fakeDaemons(),
    spec: { argv: ['server'], cwd: '/', env: {}, logFile: '/log' },
    cleanUp: async () => {},
  }));
});
