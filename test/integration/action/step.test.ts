import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { hostileTexts, huge } from '../../harness/hostile.ts';
import { openStage, type Stage } from './stage.ts';

const config = (run: string, more = '') => `app: shop\nbuild:\n  run:\n    - ${JSON.stringify(run)}\n${more}`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('work \'space\' "quoted"');
  stage.write('fairway.yml', config('true'));
  stage.commit('feat: begin');
});
afterAll(() => stage.close());

describe('a step', () => {
  test('that succeeds: outputs, summary, report, exit code 0, no warning', async () => {
    const { main, post } = await stage.step({ with: { command: 'build' } });
    expect({ code: main.code, stderr: main.stderr }).toEqual({ code: 0, stderr: '' });
    expect(main.outputs).toMatchObject({
      outcome: 'ok',
      code: 'BUILT',
      'exit-code': '0',
      version: expect.stringMatching(/^0\.0\.0\+[0-9a-f]{7}$/) as unknown,
      artifact: expect.stringMatching(/^directory:sha256:[0-9a-f]{64}$/) as unknown,
      released: 'false',
      'rolled-back': 'false',
    });
    expect(JSON.parse(readFileSync(main.outputs['report'] ?? '', 'utf8'))).toMatchObject({
      command: 'build',
      exitCode: 0,
    });
    expect(main.summary).toContain('## ✅ fairway build: ok');
    expect(main.commands).toEqual([]);
    expect({ env: main.env, path: main.path }).toEqual({ env: {}, path: '' });
    expect({ code: post?.code, summary: post?.summary, stdout: post?.stdout }).toEqual({
      code: 0,
      summary: '',
      stdout: '',
    });
  });

  test('with a wrong configuration: exit code 2, an annotation at the line', async () => {
    stage.write('wrong.yml', 'app: shop\nbuid: {}\n');
    const { main } = await stage.step({ with: { command: 'check', config: 'wrong.yml' } });
    expect(main.code).toBe(2);
    expect(main.outputs).toMatchObject({ outcome: 'error', code: 'CONFIG_INVALID' });
    expect(main.commands).toContainEqual({
      name: 'error',
      properties: { title: 'CONFIG_INVALID: buid', file: 'wrong.yml', line: '2', col: '1' },
      message: 'is not known here; did you mean "build"?',
    });
  });

  test('of an event that may not: exit code 3, nothing is done', async () => {
    const payload = { pull_request: { number: 1, head: { repo: { full_name: 'fork/name' } } } };
    const { main } = await stage.step({ with: { command: 'deploy' }, event: { name: 'pull_request', payload } });
    expect(main.code).toBe(3);
    expect(main.outputs).toMatchObject({ outcome: 'refused', code: 'EVENT_REFUSED' });
    expect(main.log.join('\n')).toContain('a pull request is not merged yet');
  });

  test('with an event payload that is no JSON is judged by the name of the event alone', async () => {
    const { main } = await stage.step({
      with: { command: 'build' },
      event: { name: 'workflow_run', payload: '"' },
    });
    expect(main.outputs['code']).toBe('EVENT_REFUSED');
  });

  test('without a summary to write to goes on and says so', async () => {
    const { main } = await stage.step({ with: { command: 'check' }, isSummaryBroken: true });
    expect(main.code).toBe(0);
    expect(main.log.join('\n')).toContain('warning: the summary is not written: GITHUB_STEP_SUMMARY: ENOENT');
  });

  test('with 128 KiB of environment runs as ever', async () => {
    const env = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`FILLER_${index}`, 'f'.repeat(8_192)]));
    expect((await stage.step({ with: { command: 'check' }, env })).main.code).toBe(0);
  });

  test('with an unknown input warns and goes on', async () => {
    const { main } = await stage.step({ with: { command: 'check', enviroment: 'x' } });
    expect(main.code).toBe(0);
    expect(main.log.join('\n')).toContain('there is no input "enviroment"; did you mean "environment"?');
  });
});

describe('text from outside', () => {
  const marker = () => existsSync(join(stage.workspace, 'MARKER'));

  test('in every input executes nothing and commands nothing', async () => {
    const texts = hostileTexts.filter((text) => !text.includes('\0')).map((text) => text.toWellFormed());
    const joined = texts.filter((text) => text.length < 1_000).join('\n');
    for (const name of ['command', 'environment', 'config', 'working-directory', 'dry-run', 'args', 'report']) {
      const { main } = await stage.step({ with: { command: 'check', [name]: joined }, skipPost: true });
      expect({ name, code: main.code }).toEqual({ name, code: 2 });
      expect(main.commands.every((one) => one.name === 'error')).toBe(true);
      expect(marker()).toBe(false);
    }
  });

  test('printed by a program of the project, on both streams, commands nothing', async () => {
    stage.write('hostile.json', JSON.stringify([...hostileTexts, huge]));
    stage.write(
      'print.mjs',
      `import { readFileSync } from 'node:fs';
for (const text of JSON.parse(readFileSync('hostile.json', 'utf8'))) { process.stdout.write(text + '\\n'); process.stderr.write(text + '\\n'); }
process.exitCode = 1;`,
    );
    stage.write('print.yml', config('node print.mjs'));
    stage.commit('test: hostile output');
    const { main } = await stage.step({ with: { command: 'build', config: 'print.yml', verbose: 'true' } });
    expect(main.code).toBe(3);
    expect(main.commands.map(({ name, properties }) => [name, properties['title']])).toEqual([
      ['error', 'BUILD_FAILED'],
    ]);
    expect(main.outputs['outcome']).toBe('refused');
    expect({ env: main.env, path: main.path, state: Object.keys(main.state) }).toEqual({
      env: {},
      path: '',
      state: ['isPost', 'isFinished'],
    });
    expect(main.log.join('\n')).toContain('touch MARKER');
    expect(marker()).toBe(false);
  });

  test('in commit messages and tags commands nothing, and the notes hold it as text', async () => {
    const messages = [...hostileTexts, huge].map((text) => `feat: ${text.toWellFormed().replaceAll('\0', '') || 'x'}`);
    const commits = messages.map((message, index) => {
      const parent = index === 0 ? 'from refs/heads/main^0\n' : '';
      const at = 1_800_000_000 + index;
      return `commit refs/heads/main\ncommitter A <a@b.example> ${at} +0000\ndata ${Buffer.byteLength(message)}\n${message}\n${parent}`;
    });
    execFileSync('git', ['fast-import', '--quiet'], { cwd: stage.workspace, input: commits.join('') });
    const { main } = await stage.step({ with: { command: 'release', args: '- plan' } });
    expect(main.code).toBe(0);
    expect(main.commands).toEqual([]);
    expect(main.summary).toContain('### What changed');
    expect(marker()).toBe(false);
  });

  test('as the name of a branch or a tag, and as a title, executes nothing and commands nothing', async () => {
    const names = hostileTexts.filter((text) => text.length < 200 && stage.git('check-ref-format', '--branch', text));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      stage.git('branch', '--', name);
      stage.git('tag', '--', `x-${name}`);
    }
    const branch =
      names.find((name) => name.includes('$(touch')) ?? names.find((name) => name.includes('touch')) ?? names[0] ?? '';
    stage.git('switch', '--quiet', branch);
    const ref = { GITHUB_REF: `refs/heads/${branch}`, GITHUB_REF_NAME: branch, GITHUB_HEAD_REF: branch };
    const plan = await stage.step({ with: { command: 'release', args: '- plan' }, env: ref });
    stage.git('switch', '--quiet', 'main');
    expect({ code: plan.main.code, commands: plan.main.commands }).toEqual({ code: 0, commands: [] });
    const titles = hostileTexts
      .map((text) => text.toWellFormed().replaceAll('\0', ''))
      .filter((text) => text.length < 500);
    // One of 200 KiB can only stand in the payload.
    const huges = await stage.step({
      with: { command: 'check' },
      event: { name: 'pull_request', payload: { pull_request: { number: 1, title: huge, base: { sha: huge } } } },
      skipPost: true,
    });
    expect(huges.main.commands.filter(({ name }) => !['error', 'warning'].includes(name))).toEqual([]);
    for (const title of titles.filter((_, index) => index % 12 === 0)) {
      const { main } = await stage.step({
        with: { command: 'commits', args: JSON.stringify(['lint', `--title=feat: ${title}`, 'HEAD..HEAD']) },
        event: { name: 'pull_request', payload: { pull_request: { number: 1, title } } },
        skipPost: true,
      });
      expect(main.commands.filter(({ name }) => !['error', 'warning'].includes(name))).toEqual([]);
      expect({ env: main.env, path: main.path }).toEqual({ env: {}, path: '' });
    }
    expect(marker()).toBe(false);
  });
});

describe('secrets', () => {
  const shapes = {
    plain: 'hunter2-hunter2-hunter2',
    lines: '-----BEGIN KEY-----\nbGluZS1vbmUtb2Yta2V5\nbGluZS10d28tb2Yta2V5\n-----END KEY-----',
    json: '{"user":"shop","password":"p4ss-w0rd-in-json"}',
    url: 'postgres://shop:p%40ss-in-url@db.example/shop',
    odd: 'a"b\\c d&e=f%g',
  };

  test('of each shape are in no sink', async () => {
    const env = Object.fromEntries(
      Object.entries(shapes).map(([name, value]) => [`SECRET_${name.toUpperCase()}`, value]),
    );
    stage.write(
      'leak.mjs',
      `import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
// What anybody on this machine sees of ours: the arguments of every process.
const argumentsOf = (pid) => { try { return readFileSync('/proc/' + pid + '/cmdline', 'utf8').replaceAll('\\0', ' '); } catch { return ''; } };
const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
writeFileSync(process.env.PROCESS_LIST, pids.map(argumentsOf).join('\\n'));
for (const [name, value] of Object.entries(process.env)) if (name.startsWith('SECRET_')) {
  for (const text of [value, JSON.stringify(value), encodeURIComponent(value), Buffer.from(value).toString('base64'), ...value.split('\\n')])
    { console.log(text); console.error('error: ' + text); }
}
process.exitCode = 1;`,
    );
    const secrets = Object.keys(env)
      .map((name) => `  ${name}: env:${name}\n`)
      .join('');
    stage.write(
      'leak.yml',
      `${config('true')}secrets:\n${secrets}env: { PROCESS_LIST: ${JSON.stringify(join(stage.temp, 'process-list'))} }\nprocesses: { web: { command: node leak.mjs, traffic: true } }\ntarget: { type: process }\nproxy: { type: embedded, port: ${await nodePorts().free()} }\n`,
    );
    stage.commit('test: leak');
    const token = 'ghs_tokenTokenTokenToken';
    const { main, post } = await stage.step({
      with: { command: 'deploy', config: 'leak.yml', verbose: 'true' },
      env,
      token,
    });
    expect(main.outputs).toMatchObject({ outcome: 'rolled-back' });
    expect(main.masks).toEqual(expect.arrayContaining([token, shapes.plain, 'bGluZS1vbmUtb2Yta2V5']));
    expect(main.log.join('\n')).toContain('***');
    await stage.step({ with: { command: 'down', config: 'leak.yml', args: '- --yes' } });
    const shown = [main, post].flatMap((part) =>
      part === null ? [] : [...part.lines, part.summary, ...Object.values(part.outputs), ...Object.values(part.state)],
    );
    const report = readFileSync(main.outputs['report'] ?? '', 'utf8');
    const annotations = main.commands.filter(({ name }) => name !== 'add-mask').map((one) => JSON.stringify(one));
    const kept = logsBelow(join(stage.temp, 'state', 'runs'));
    const processes = readFileSync(join(stage.temp, 'process-list'), 'utf8');
    expect(processes).toContain('leak.mjs');
    const sinks = [...shown, report, ...annotations, ...kept, processes].join('\n');
    const forms = [token, ...Object.values(shapes)].flatMap((value) => [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString('base64'),
      ...value.split('\n').filter((line) => line.length >= 8),
    ]);
    for (const form of [...forms, 'p@ss-in-url']) expect(sinks.includes(form), form).toBe(false);
  });

  function logsBelow(folder: string): readonly string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'));
  }
});
