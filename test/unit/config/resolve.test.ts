import { describe, expect, test } from 'vitest';
import { loadText, smallestFile } from '../../../src/config/load.ts';
import { type Asked, askedEnvironment, resolveConfig } from '../../../src/config/resolve.ts';
import { ConfigError, type Problem } from '../../../src/errors.ts';

const base = `app: shop
processes:
  web: { command: node server.js, traffic: true }
target: { type: process }
`;

const resolve = (text: string, asked: Asked | null = null) => resolveConfig(loadText(text, 'fairway.yml'), asked);

function failure(text: string, asked: Asked | null = null): ConfigError {
  try {
    resolve(text, asked);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const problems = (text: string): readonly Problem[] => failure(text).problems;
const told = (text: string): readonly string[] =>
  problems(text).map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);

describe('precedence: defaults < file < environment < flags', () => {
  test('the smallest file is right, and everything else has a default', () => {
    const { config, environment, environments } = resolve(smallestFile);
    expect({ environment, environments }).toEqual({ environment: 'local', environments: ['local'] });
    expect(config.build).toMatchObject({
      run: [['npm', 'ci']],
      output: '.',
      engine: 'auto',
      env: {},
      timeout: 900_000,
    });
    expect(config.deploy).toMatchObject({ strategy: 'canary', steps: [5, 25, 50, 100], hold: 60_000, lease: 30_000 });
    expect(config.deploy.guard).toEqual({ errorRate: 0.1, minRequests: 20 });
    expect(config.processes['web']).toMatchObject({ command: ['node', 'server.js'], ready: { timeout: 30_000 } });
  });

  test('an environment is laid over the file before anything is checked, so that an overlay may be partial', () => {
    const text = `${base}deploy: { hold: 10s }
environments:
  production:
    deploy: { steps: [10, 100] }
    processes: { web: { env: { LEVEL: 3 } } }
`;
    const { config } = resolve(text, { name: 'production', by: '--env' });
    expect(config.deploy).toMatchObject({ hold: 10_000, steps: [10, 100] });
    expect(config.processes['web']).toMatchObject({ command: ['node', 'server.js'], env: { LEVEL: '3' } });
    expect(resolve(text).config.deploy.steps).toEqual([5, 25, 50, 100]);
  });

  test('the file names the default environment', () => {
    const { environment, environments } = resolve(`${base}environment: staging\nenvironments: { production: {} }\n`);
    expect({ environment, environments }).toEqual({ environment: 'staging', environments: ['staging', 'production'] });
  });

  test('an environment that only has a name is fine', () => {
    const text = `${base}environments:\n  staging:\n`;
    expect(resolve(text, { name: 'staging', by: 'FAIRWAY_ENV' }).environment).toBe('staging');
  });

  test('a flag goes before the variable, and an empty variable says nothing', () => {
    expect(askedEnvironment('a', 'b')).toEqual({ name: 'a', by: '--env' });
    expect(askedEnvironment(undefined, 'b')).toEqual({ name: 'b', by: 'FAIRWAY_ENV' });
    expect(askedEnvironment(undefined, '')).toBeNull();
    expect(askedEnvironment(undefined, undefined)).toBeNull();
  });

  test('an unknown environment lists the known ones and what was probably meant', () => {
    const error = failure(`${base}environments: { production: {} }\n`, { name: 'prodution', by: '--env' });
    expect(error.code).toBe('ENVIRONMENT_UNKNOWN');
    expect(error.problems).toEqual([
      expect.objectContaining({
        path: '--env',
        value: 'prodution',
        choices: ['local', 'production'],
        nearest: 'production',
      }),
    ]);
  });
});

describe('every problem is told at once, with its place', () => {
  test('in the order of the file', () => {
    expect(
      told(`app: Shop
buid: { run: npm ci }
build: { timeout: 30 }
deploy:
  strategy: canry
  errorRate: 5%
  steps: [5, { weight: 300 }]
target: { type: dokcer }
`),
    ).toEqual([
      '1:6 app: expected a short name: lower-case letters, digits and "-", beginning with a letter; got "Shop"',
      '2:1 buid: is not known here; did you mean "build"?',
      '3:19 build.timeout: expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 30s for seconds, 30ms for milliseconds; got 30',
      '5:13 deploy.strategy: expected one of canary, blue-green, recreate, rolling; got "canry"; did you mean "canary"?',
      '6:3 deploy.errorRate: is not known here; it belongs to deploy.guard.errorRate',
      '7:24 deploy.steps[1].weight: must be at most 100; got 300',
      '8:17 target.type: expected one of process, docker; got "dokcer"; did you mean "docker"?',
    ]);
  });

  test('with value, choices and nearest name for programs', () => {
    const [unknown, choice] = problems(`${base}deply: {}\ndeploy: { strategy: canry }\n`);
    expect(unknown).toMatchObject({ file: 'fairway.yml', path: 'deply', nearest: 'deploy' });
    expect(unknown?.choices).toContain('deploy');
    expect(choice).toMatchObject({
      value: 'canry',
      choices: ['canary', 'blue-green', 'recreate', 'rolling'],
      nearest: 'canary',
    });
  });

  test('what is missing is placed at the map around it', () => {
    expect(told('processes:\n  web:\n    traffic: true\n')).toEqual([
      '1:1 app: is missing: name of the application; part of paths and tags.',
      '2:3 processes.web.command: is missing: what to start; PORT says where to listen when traffic is true.',
    ]);
  });

  test('a plug-in without its type is told the types', () => {
    const [problem] = problems(`${base}smoke: { checks: [{ path: / }] }\n`);
    expect(problem?.path).toBe('smoke.checks[0].type');
    expect(problem?.choices).toEqual(expect.arrayContaining(['http', 'page']));
    expect(problem?.message).toMatch(/^is missing: one of http, page/);
  });

  test('a section of the wrong kind says which kind it needs', () => {
    expect(told('app: shop\ntest: [npm test]\n')).toEqual(['2:7 test: expected a map; got a list']);
    expect(told('app: shop\ntest: npm test\n')).toEqual(['2:7 test: expected a map; got "npm test"']);
    expect(told('app: shop\nbuild:\n')).toEqual(['2:7 build: expected a map; got nothing']);
  });

  test('what stands where a secret reference belongs is never shown', () => {
    const error = failure(`${base}secrets: { TOKEN: hunter2hunter2, PIN: 123456 }\n`);
    expect(error.problems.map(({ path }) => path)).toEqual(['secrets.TOKEN', 'secrets.PIN']);
    expect(JSON.stringify(error.problems)).not.toMatch(/hunter2|123456/);
  });

  test('a problem of an overlay is placed in the overlay, and one of the base only once', () => {
    expect(
      told(`app: shop
deploy: { hold: 5 }
environments:
  staging: { deploy: { lease: 7 } }
  production:
    tes: {}
    app: other
`),
    ).toEqual([
      expect.stringMatching(/^2:17 deploy\.hold: /),
      expect.stringMatching(/^4:31 environments\.staging\.deploy\.lease: /),
      '6:5 environments.production.tes: is not known here; did you mean "test"?',
      '7:5 environments.production.app: is the same for all environments: it stands at the top of the file',
    ]);
  });

  test('a mistake in production is told when local is asked for', () => {
    expect(told(`${base}environments: { production: { deploy: { hold: 1 } } }\n`)).toHaveLength(1);
  });

  test('environments that are no maps, and names that are no names', () => {
    expect(told(`${base}environments: { Prod: {}, staging: 3 }\nenvironment: 7\n`)).toEqual([
      expect.stringMatching(/^5:17 environments\.Prod: expected a short name/),
      '5:36 environments.staging: expected a map; got 3',
      '6:14 environment: expected text; got 7',
    ]);
  });

  test('the error counts them and names the file', () => {
    expect(failure('app: 1\nx: 2\n').message).toBe('fairway.yml has 2 problems.');
    expect(failure('app: 1\n').message).toBe('fairway.yml has a problem.');
  });
});

test('commands of migrations have the environment of the processes, and their own on top', () => {
  const text = `${base}env: { A: 1, B: 2 }\ndatabase: { type: postgres }\nmigrations: { env: { B: 3 } }\n`;

  expect(resolveConfig(loadText(text, 'fairway.yml'), null).config.migrations?.env).toEqual({ A: '1', B: '3' });
});

describe('how the sections fit together', () => {
  const with_ = (more: string): readonly string[] =>
    told(`${base}${more}`).map((line) => line.replace(/^\d+:\d+ /, ''));

  test.each([
    ['deploy: { steps: [5, 5, 100] }', 'deploy.steps[1]: steps rise: 5 comes after 5'],
    ['deploy: { steps: [5, 50] }', 'deploy.steps[1]: the last step is 100: 50 would leave two releases'],
    ['deploy: { steps: [{ weight: 100 }, 50] }', 'deploy.steps[1]: steps rise: 50 comes after 100'],
    ['migrations: {}', 'database: is missing: "migrations" needs a database'],
    [
      'database: { type: postgres }\nmigrations: { tool: command }',
      'migrations.up: is missing: tool "command" needs the command that migrates DATABASE_URL',
    ],
    [
      'database: { type: postgres }\nmigrations: { status: npm run check }',
      'migrations.status: is for tool "command"; this is tool "sql"',
    ],
    [
      'database: { type: postgres }\nmigrations: { program: poetry run alembic }',
      'migrations.program: is for tool "alembic"; this is tool "sql"',
    ],
    ['env: { PORT: 80 }', 'env.PORT: Fairway sets it to the port to listen on'],
    ['env: { A: x }\nsecrets: { A: "env:A" }', 'env.A: is given under "secrets" too; keep one of them'],
    [
      'database: { type: postgres }\nsecrets: { DATABASE_URL: "env:DATABASE_URL" }',
      'secrets.DATABASE_URL: Fairway sets it to the URL of the database',
    ],
    [
      'database: { type: postgres, provider: url }',
      'database.url: provider "url" needs a reference to the URL, such as env:DATABASE_URL',
    ],
    ['release: { initial: 1.0 }', 'release.initial: expected text; got 1'],
    ['release: { initial: v1.0.0 }', 'release.initial: expected a version such as 1.0.0; got "v1.0.0"'],
    [
      'release: { remote: --upload-pack=x }',
      'release.remote: expected the name of a git remote, such as origin; got "--upload-pack=x"',
    ],
  ])('%s', (more, expected) => {
    expect(with_(`${more}\n`)).toEqual([expected]);
  });

  test('a target needs exactly one process with traffic', () => {
    const target = 'app: shop\ntarget: { type: process }\n';
    expect(told(target)).toEqual(['1:1 processes: is missing: a target needs at least the process that answers']);
    expect(told(`${target}processes: { a: { command: x } }\n`)).toEqual([
      '3:12 processes: exactly one process takes traffic: give one of them "traffic: true"',
    ]);
    const two = `${target}processes:\n  a: { command: x, traffic: true }\n  b: { command: x, traffic: true }\n`;
    expect(told(two)).toEqual(['5:29 processes.b.traffic: exactly one process takes traffic: a, b do']);
  });

  test('a process with traffic is no singleton', () => {
    const text = 'app: shop\nprocesses: { web: { command: x, traffic: true, singleton: true } }\n';
    expect(told(text)).toEqual([expect.stringContaining('processes.web.singleton: a process with traffic')]);
  });

  test('an application that is only built and tested needs no target', () => {
    expect(resolve('app: library\ntest: { run: npm test }\n').config.target).toBeUndefined();
  });
});
