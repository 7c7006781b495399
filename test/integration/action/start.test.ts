import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../../scripts/build.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  stage.write('fairway.yml', 'app: shop\n');
  stage.commit('feat: begin');
});
afterAll(() => stage.close());

/** Files of the bundle that a step loads. */
async function loaded(command: string): Promise<readonly string[]> {
  const hook = join(stage.folder, 'hook.mjs');
  const list = join(stage.folder, `loaded-${command}`);
  writeFileSync(
    hook,
    `import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({ load(url, context, next) { appendFileSync(process.env.LOADED, url + '\\n'); return next(url, context); } });`,
  );
  const env = { NODE_OPTIONS: `--import=${hook}`, LOADED: list };
  const { main } = await stage.step({ with: { command }, env, skipPost: true });
  expect(main.code).toBe(0);
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:') && url.includes('/dist/'))
    .map((url) => join(stage.action, 'dist', url.split('/').at(-1) ?? ''));
}

/** Texts by which the heavy packages are known in a bundle. */
const marks = ['octokit', 'HTTPParserError', 'TooManyNestedObjectsError'];

describe('the start of a step', () => {
  test.each(['check', 'build'])('%s loads neither a client of GitHub nor the SDK of Dagger', async (command) => {
    const files = await loaded(command);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const code = readFileSync(file, 'utf8');
      expect({ file, marks: marks.filter((mark) => code.includes(mark)) }).toEqual({ file, marks: [] });
    }
  });

  test('the entry is small', () => {
    expect(statSync(join(stage.action, 'dist/action.js')).size).toBeLessThan(100_000);
  });

  test('those marks are found where they belong', async () => {
    const files = await build(join(stage.folder, 'again'));
    const all = files.map((name) => readFileSync(join(stage.folder, 'again', name), 'latin1')).join('\n');
    expect(marks.filter((mark) => !all.includes(mark))).toEqual([]);
  });
});

describe('fairway init in an empty project', () => {
  test('writes a configuration that check accepts, and a workflow; a second time it writes nothing', async () => {
    const { run, source } = await import('../cli/fairway.ts');
    const cwd = join(stage.folder, 'fresh');
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), '{"name":"fresh","scripts":{"test":"x"}}');
    const args = ['init', '--ci', 'github', '--action', 'owner/fairway@v1'];
    expect((await run(source, args, { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, '.github/workflows/fairway.yml'), 'utf8')).toContain('uses: owner/fairway@v1');
    expect((await run(source, ['check'], { cwd })).stdout).toContain('fresh: the configuration is right');
    const again = await run(source, ['init'], { cwd });
    expect({ code: again.code, stderr: again.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('FILE_EXISTS') as unknown,
    });
  });

  test('the workflow needs to be told whose Action it may use', async () => {
    const { run, source } = await import('../cli/fairway.ts');
    const { code, stderr } = await run(source, ['init', '--ci', 'github'], { cwd: stage.workspace });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('OWNER/NAME@REF') as unknown });
  });
});
