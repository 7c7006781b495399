import { dag } from '@dagger.io/dagger';
import { describe, expect, test } from 'vitest';
import { DatabaseEngine, Fairway } from '../../pipelines/src/index.ts';
import { calls, inSession, recorded } from './ask.ts';
import { type Answer, openSession } from './session.ts';

const document = JSON.stringify({
  fairway: '1.0.0',
  command: 'ship',
  outcome: 'ok',
  code: 'SHIPPED',
  exitCode: 0,
  durationMs: 1_200,
  stages: [{ name: 'build', outcome: 'ok', durationMs: 800 }],
  result: { release: { version: '1.4.0', commit: 'abc' } },
});
const events = `${JSON.stringify({ at: '2026-02-03T10:00:00.000Z', type: 'warning', text: 'the disk is nearly full' })}\n{"cut`;

/** An engine in which the command prints its document and keeps its events. */
function engine(query: string): Answer | null {
  if (query.includes('glob')) return { value: ['runs/20260203-100000-1a2b3c4d/events.jsonl'] };
  if (query.includes('events.jsonl') && query.includes('contents')) return { value: events };
  if (query.includes('result.json') && query.includes('contents')) return { value: document };
  return null;
}

const source = () => dag.host().directory('.');

describe('a function with effects', () => {
  test('runs the command line as the last exec, in an image by digest, and never twice the same', async () => {
    const queries = await recorded(async () => {
      await new Fairway().ship(source(), 'production', true);
      await new Fairway().ship(source(), 'production', true);
    }, engine);
    const runs = queries.filter((query) => query.includes('withExec')).map((query) => calls(query));
    expect(runs).toHaveLength(2);
    expect(runs[0]?.slice(0, 2)).toEqual([
      'container',
      expect.stringMatching(/^from \(address: "node:24\S+@sha256:[0-9a-f]{64}"\)$/),
    ]);
    expect(runs[0]?.slice(-2)).toEqual([
      'withExec (args: ["node","/fairway/toolkit/cli.js","ship","--env","production","--dry-run","--json"],redirectStdout: "/fairway/result.json")',
      'sync',
    ]);
    const unique = runs.map((chain) => chain.find((call) => call.includes('FAIRWAY_DAGGER_CALL')));
    expect(unique[0]).not.toBe(unique[1]);
  });

  test('answers words that a person or a script can read', async () => {
    const session = await openSession(engine);
    const report = await inSession(session, async () => await new Fairway().deploy(source()));
    await session.close();
    expect([report.outcome, report.code]).toEqual(['ok', 'SHIPPED']);
    expect(JSON.parse(report.json)).toMatchObject({ result: { release: { version: '1.4.0' } } });
    expect(report.summary).toContain('the disk is nearly full');
    expect(report.html).toContain('run 20260203-100000-1a2b3c4d, begun 2026-02-03T10:00:00.000Z');
  });

  test('ends with the exit code of the command when it refuses', async () => {
    const refused = { cmd: ['node', 'cli.js'], exitCode: 4, stdout: '', stderr: 'CANARY_ERROR_RATE: 20 % failed' };
    const session = await openSession((query) => (query.includes('withExec') ? { exec: refused } : null));
    const ended = await inSession(session, async () => await new Fairway().ship(source())).catch(
      (error: unknown) => error,
    );
    await session.close();
    expect(ended).toMatchObject({ exitCode: 4, stderr: 'CANARY_ERROR_RATE: 20 % failed' });
  });

  test('gets its secrets as variables, by id and not by value', async () => {
    const queries = await recorded(async () => {
      const token = dag.setSecret('token-1', 'v3ry-s3cret');
      await new Fairway().withSecret('GITHUB_TOKEN', token).release(source());
    }, engine);
    const run = queries.find((query) => query.includes('withExec')) ?? '';
    expect(run).toContain('withSecretVariable (name: "GITHUB_TOKEN"');
    expect(run).not.toContain('v3ry-s3cret');
  });

  test('says what is wrong when the command printed something else', async () => {
    const garbage = (query: string): Answer | null =>
      query.includes('result.json') && query.includes('contents') ? { value: 'Segmentation fault' } : engine(query);
    const session = await openSession(garbage);
    const ended = await inSession(session, async () => await new Fairway().smoke(source())).catch(
      (error: unknown) => error,
    );
    await session.close();
    expect(ended).toMatchObject({ message: 'the command printed no JSON document' });
  });
});

describe('classify', () => {
  test('watches the migrations on a server of the version that was asked for, thrown away afterwards', async () => {
    const queries = await recorded(async () => {
      await new Fairway().classify(source(), ['migrations'], DatabaseEngine.Mariadb, '11.4');
    }, engine);
    expect(queries.some((query) => query.includes('from (address: "mariadb:11.4")'))).toBe(true);
    const run = calls(queries.find((query) => query.includes('cli.js')));
    expect(run.find((call) => call.startsWith('withServiceBinding'))).toContain('alias: "throw-away"');
    expect(run.find((call) => call.startsWith('withExec'))).toContain(
      '"classify","migrations","--database","mariadb","--database-url","env:FAIRWAY_SCRATCH_URL","--throw-away"',
    );
  });
});

describe('rehearse', () => {
  test('has a server of the version of the target, whose address is no part of a query', async () => {
    const queries = await recorded(async () => {
      await new Fairway().rehearse(source(), 'production', '16.4');
    }, engine);
    expect(queries.some((query) => query.includes('from (address: "postgres:16.4")'))).toBe(true);
    const run = calls(queries.find((query) => query.includes('cli.js')));
    expect(run.find((call) => call.startsWith('withServiceBinding'))).toContain('alias: "throw-away"');
    expect(run.find((call) => call.startsWith('withSecretVariable'))).toContain('name: "FAIRWAY_THROW_AWAY_URL"');
  });
});

describe('a function without effects', () => {
  test('build hands on a container, and a build argument without a value is refused', async () => {
    const queries = await recorded(async () => {
      const built = await new Fairway().build(source(), 'Dockerfile', ['MODE=release'], '', '', ['version=1']);
      await built.sync();
    });
    expect(calls(queries.at(-1))).toContain(
      'dockerBuild (dockerfile: "Dockerfile",buildArgs: [{name:"MODE",value:"release"}])',
    );
    const wrong = new Fairway().build(source(), 'Dockerfile', ['MODE']);
    await expect(wrong).rejects.toThrow('"MODE" is not of the form NAME=VALUE');
  });

  test('a build mounts a secret under the name that the Dockerfile has for it, and an unknown one is refused', async () => {
    const queries = await recorded(
      async () => {
        const module = new Fairway().withSecret('npm', dag.setSecret('any-name', 'v3ry-s3cret'));
        await (await module.build(source(), 'Dockerfile', [], '', '', [], ['npm'])).sync();
      },
      (query) => (query.includes('plaintext') ? { value: 'v3ry-s3cret' } : null),
    );
    expect(queries.some((query) => query.includes('setSecret (name: "npm"'))).toBe(true);
    expect(calls(queries.at(-1)).find((call) => call.startsWith('dockerBuild'))).toContain('secrets: [');
    await expect(new Fairway().build(source(), 'Dockerfile', [], '', '', [], ['npm'])).rejects.toThrow(
      'no secret "npm" was given: with-secret --name=npm',
    );
  });

  test('an image of several platforms is pushed as one, and answers with its digest', async () => {
    const pushed = 'registry.example/shop:1@sha256:abc';
    const answer = (query: string): Answer | null => {
      if (query.includes('publish')) return { value: pushed };
      const [, platform] = /platform: "([^"]+)".* platform /.exec(query) ?? [];
      return platform === undefined ? null : { value: platform };
    };
    const session = await openSession(answer);
    const ended = await inSession(
      session,
      async () =>
        await new Fairway().publish(source(), 'registry.example/shop:1', ['linux/amd64', 'linux/arm64'], 'Dockerfile'),
    );
    await session.close();
    expect(ended).toBe(pushed);
    expect(session.queries.filter((query) => /dockerBuild.* id /.test(query))).toHaveLength(2);
    expect(calls(session.queries.at(-1)).at(-1)).toMatch(
      /^publish \(address: "registry\.example\/shop:1",platformVariants: \[/,
    );
  });

  test('an image that came out for another platform than was asked for is never pushed', async () => {
    const session = await openSession((query) => (/ platform [^(:]*$/.test(query) ? { value: 'linux/amd64' } : null));
    const ended = inSession(
      session,
      async () => await new Fairway().publish(source(), 'registry.example/shop:1', ['linux/arm64']),
    );
    await expect(ended).rejects.toThrow('the image for linux/arm64 came out for linux/amd64');
    await session.close();
    expect(session.queries.some((query) => query.includes('publish'))).toBe(false);
  });

  test('tests find every server that was given, the database and the application itself', async () => {
    const queries = await recorded(async () => {
      const redis = new Fairway().redis('7');
      const image = dag.container().from('app');
      const database = dag.container().from('postgres:18').asService();
      const module = new Fairway().withService('redis', redis);
      await module.test(image, ['npm', 'test'], [], database, 8080).sync();
    });
    const bound = calls(queries.at(-1)).filter((call) => call.startsWith('withServiceBinding'));
    expect(bound.map((call) => /alias: "(\w+)"/.exec(call)?.[1])).toEqual(['redis', 'database', 'application']);
  });

  test('an application is never put together to run as root', () => {
    expect(() => new Fairway().assemble(source(), 'b', ['./run'], undefined, 'root')).toThrow('does not run as root');
  });
});
