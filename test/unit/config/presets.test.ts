import { describe, expect, test } from 'vitest';
import { loadText } from '../../../src/config/load.ts';
import { presetNames } from '../../../src/config/presets/index.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { ConfigError } from '../../../src/errors.ts';

const resolve = (text: string) => resolveConfig(loadText(text, 'fairway.yml'), null).config;
const target = 'target: { type: process }\nproxy: { type: embedded, port: 8080 }\n';
const problemsOf = (text: string) => {
  try {
    resolve(text);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems.map(({ path, message }) => `${path}: ${message}`) : [];
  }
};

describe('a file that extends a preset', () => {
  test.each(presetNames)('%s needs nothing but a name and a place', (name) => {
    const database = name === 'python-alembic' ? 'database: { type: postgres, provider: embedded }\n' : '';
    expect(resolve(`app: shop\nextends: ${name}\n${target}${database}`).processes['web']?.traffic).toBe(true);
  });

  test('python-alembic starts the Alembic that the build installs, and installs it beside the code', () => {
    const config = resolve(
      `app: shop\nextends: python-alembic\n${target}database: { type: postgres, provider: embedded }\n`,
    );
    expect(config.migrations).toMatchObject({
      tool: 'alembic',
      program: ['python3', '-m', 'alembic'],
      env: { PYTHONPATH: 'packages' },
      prepare: config.build.run,
    });
  });

  test('says its own things on top: maps are merged, lists replaced, null takes away', () => {
    const config = resolve(
      `app: shop\nextends: node\nbuild: { run: [npm ci] }\ntest: null\nprocesses: { web: { command: node app.js } }\n${target}`,
    );
    expect(config.build.run).toEqual([['npm', 'ci']]);
    expect(config.test.run).toEqual([]);
    expect(config.processes['web']).toMatchObject({ command: ['node', 'app.js'], traffic: true });
  });

  test('an unknown one is told with what was meant', () => {
    expect(problemsOf('app: shop\nextends: nodejs\n')).toEqual([expect.stringMatching(/^extends: .*node/)]);
    expect(problemsOf('app: shop\nextends: constructor\n')).toHaveLength(1);
  });

  test('it is the same for all environments', () => {
    expect(problemsOf(`app: shop\nenvironments: { local: { extends: node } }\n`)).toEqual([
      'environments.local.extends: is the same for all environments: it stands at the top of the file',
    ]);
  });
});
