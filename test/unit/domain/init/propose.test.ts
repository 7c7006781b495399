import { describe, expect, test } from 'vitest';
import { loadText } from '../../../../src/config/load.ts';
import { resolveConfig } from '../../../../src/config/resolve.ts';
import { proposeConfig, type ProjectView } from '../../../../src/domain/init/propose.ts';
import { gitlabPipeline } from '../../../../src/domain/init/workflows.ts';
import { parse } from 'yaml';

const configOf = (view: Partial<ProjectView>) => {
  const { text, choices } = proposeConfig({ folder: 'my shop', paths: [], packageJson: null, ...view });
  return { config: resolveConfig(loadText(text, 'fairway.yml'), null).config, why: choices.map(({ why }) => why) };
};

describe('a first fairway.yml is right as it is written', () => {
  test('for Node: lock file, scripts, entry and migrations are seen', () => {
    const { config, why } = configOf({
      paths: ['package.json', 'package-lock.json', 'src/server.js', 'db/migrations/0001_a.sql'],
      packageJson: JSON.stringify({ name: '@acme/Web Shop', scripts: { build: 'x', test: 'y', start: 'z' } }),
    });
    expect(config).toMatchObject({
      app: 'web-shop',
      build: {
        run: [
          ['npm', 'ci'],
          ['npm', 'run', 'build'],
        ],
      },
      test: { run: [['npm', 'test']] },
      processes: { web: { command: ['node', 'src/server.js'], traffic: true } },
      migrations: { directory: 'db/migrations' },
      database: { type: 'postgres', provider: 'embedded' },
    });
    expect(why).toContain('there is a package-lock.json');
  });

  test('for static pages: something that serves them', () => {
    const { config } = configOf({ paths: ['public/index.html'] });
    expect(config.processes['web']?.command.slice(0, 2)).toEqual(['sh', '-c']);
  });

  test.each([
    ['prisma/schema.prisma', 'prisma', 'prisma/migrations'],
    ['db/prisma/schema.prisma', 'prisma', 'db/prisma/migrations'],
    ['alembic.ini', 'alembic', '.'],
    ['backend/alembic.ini', 'alembic', 'backend'],
    ['db/migrations/V1__a.sql', 'sql', 'db/migrations'],
  ])('%s tells the tool of the migrations and their folder', (path, tool, directory) => {
    expect(configOf({ paths: [path] }).config.migrations).toMatchObject({ tool, directory });
  });

  test.each([
    [['requirements.txt', 'app.py'], ['python3', 'app.py'], 'there is a requirements.txt'],
    [['uv.lock', 'pyproject.toml', 'app/__main__.py'], ['python3', '-m', 'app'], 'there is a uv.lock'],
    [['pyproject.toml', 'manage.py'], ['sh', '-c'], 'pin the versions'],
  ])('for Python (%j): what installs, what starts, and why', (paths, command, reason) => {
    const { config, why } = configOf({ paths });
    expect(config.processes['web']?.command.slice(0, command.length)).toEqual(command);
    expect(config.build.run.at(-1)).toContain('packages');
    expect(config.env).toEqual({ PYTHONPATH: 'packages' });
    expect(why.join('\n')).toContain(reason);
  });

  test.each([
    ['alembic.ini', '.', 'packages'],
    ['backend/alembic.ini', 'backend', '../packages'],
  ])('for Python with %s: the Alembic that its packages bring', (ini, directory, packages) => {
    const { config, why } = configOf({ paths: ['requirements.txt', 'app.py', ini] });
    expect(config.migrations).toMatchObject({
      tool: 'alembic',
      directory,
      program: ['python3', '-m', 'alembic'],
      prepare: config.build.run,
      env: { PYTHONPATH: packages },
    });
    expect(why.join('\n')).toContain(`there is ${ini}; the real Alembic is run, of the packages`);
    expect(config.database).toMatchObject({ type: 'postgres', provider: 'embedded' });
  });

  test.each(['', '9', '-', 'ÄÖ', 'x'.repeat(100), "it's $(mine)"])('whatever the folder is called: %j', (folder) => {
    expect(configOf({ folder }).config.app).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
  });

  test('a package.json that cannot be read, or that names something odd, does no harm', () => {
    expect(configOf({ packageJson: '{' }).config.build.run).toEqual([['npm', 'install', '--no-save']]);
    const odd = JSON.stringify({ name: 5, scripts: null, main: 'x"; touch MARKER' });
    expect(configOf({ packageJson: odd, paths: ['x"; touch MARKER'] }).config.processes['web']?.command).toEqual([
      'node',
      'server.js',
    ]);
  });
});

test('the pipeline for GitLab is YAML with a plan and a ship', () => {
  const pipeline = parse(gitlabPipeline({ branch: 'main' }).text) as {
    ship: { resource_group: string };
    plan: unknown;
  };
  expect(pipeline.ship.resource_group).toBe('fairway-ship');
  expect(pipeline.plan).toBeDefined();
});
