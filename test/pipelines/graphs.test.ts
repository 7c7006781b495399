import { dag, type ExecError } from '@dagger.io/dagger';
import { describe, expect, test } from 'vitest';
import { imageArchive, imageFromDockerfile, imageFromRecipe, withDescription } from '../../pipelines/src/build.ts';
import { databaseService, databaseUrl } from '../../pipelines/src/database.ts';
import { sbomOf, scanned, scanReport } from '../../pipelines/src/scan.ts';
import { reportsOf, tested, testedWhatever } from '../../pipelines/src/test.ts';
import { calls, inSession, recorded } from './ask.ts';
import { openSession } from './session.ts';

const lastOf = (queries: readonly string[]) => calls(queries.at(-1));

describe('build', () => {
  test('a Dockerfile is built with its arguments and stage, described twice, and leaves as one OCI archive', async () => {
    const queries = await recorded(async () => {
      const image = imageFromDockerfile(dag.host().directory('.'), {
        dockerfile: 'docker/web.Dockerfile',
        args: { NODE_ENV: 'production' },
        target: 'web',
        platform: 'linux/arm64',
        secrets: [],
      });
      await imageArchive(withDescription(image, { 'org.opencontainers.image.version': '1.4.0' })).sync();
    });
    expect(lastOf(queries)).toEqual([
      'host',
      'directory (path: ".")',
      'dockerBuild (dockerfile: "docker/web.Dockerfile",buildArgs: [{name:"NODE_ENV",value:"production"}],target: "web",platform: "linux/arm64")',
      'withLabel (name: "org.opencontainers.image.version",value: "1.4.0")',
      'withAnnotation (name: "org.opencontainers.image.version",value: "1.4.0")',
      'asTarball (mediaTypes: OCI)',
      'sync',
    ]);
  });

  test('without a Dockerfile dependencies are installed before the files come, and the user is not root', async () => {
    const queries = await recorded(async () => {
      await imageFromRecipe(dag, dag.host().directory('.'), {
        kind: 'node',
        base: 'node@sha256:abc',
        start: ['node', 'server.js'],
        user: '1000',
        port: 8080,
      }).sync();
    });
    const names = lastOf(queries).map((call) => call.split(' ')[0]);
    expect(names.indexOf('withExec')).toBeGreaterThan(names.indexOf('withFile'));
    expect(names.indexOf('withDirectory')).toBeGreaterThan(names.indexOf('withExec'));
    expect(lastOf(queries)).toEqual(
      expect.arrayContaining([
        'from (address: "node@sha256:abc")',
        'withExec (args: ["npm","ci","--omit=dev","--no-audit","--no-fund"])',
        'withUser (name: "1000")',
        'withExposedPort (port: 8080)',
        'withDefaultArgs (args: ["node","server.js"])',
      ]),
    );
  });

  test('Python comes with uv and a plain application with nothing', async () => {
    const kinds = await recorded(async () => {
      for (const kind of ['python', 'plain'] as const) {
        const recipe = { kind, base: 'b', start: ['./run'], user: '1000', port: 80 };
        await imageFromRecipe(dag, dag.directory(), recipe).sync();
      }
    });
    const built = kinds.filter((query) => query.includes('sync')).map((query) => calls(query));
    expect(built[0]).toContain('withExec (args: ["uv","sync","--frozen","--no-dev","--no-install-project"])');
    expect(built[1]?.filter((call) => call.startsWith('withExec'))).toEqual([]);
  });
});

describe('test', () => {
  test('commands run one after another in what was built, with the database beside it', async () => {
    const queries = await recorded(async () => {
      const service = dag.container().from('postgres:18').asService();
      await tested(dag.container().from('app'), {
        commands: [
          ['npm', 'test'],
          ['npm', 'run', 'e2e'],
        ],
        env: { LOG: 'debug' },
        services: { database: service },
      }).sync();
    });
    expect(lastOf(queries)).toEqual([
      'container',
      'from (address: "app")',
      'withServiceBinding (alias: "database",service: "id-1")',
      'withEnvVariable (name: "LOG",value: "debug")',
      'withExec (args: ["npm","test"])',
      'withExec (args: ["npm","run","e2e"])',
      'sync',
    ]);
  });

  test('reports come out although the command failed', async () => {
    const queries = await recorded(async () => {
      const ran = testedWhatever(dag.container().from('app'), ['npm', 'test'], { env: {}, services: {} });
      await reportsOf(ran, '/reports').sync();
    });
    expect(lastOf(queries).slice(2)).toEqual([
      'withExec (args: ["npm","test"],expect: ANY)',
      'directory (path: "/reports")',
      'sync',
    ]);
  });

  test('a test that fails is told with its exit code and its words', async () => {
    const failed = { cmd: ['npm', 'test'], exitCode: 7, stdout: '1 passed', stderr: 'cart.test.js: expected 2' };
    const session = await openSession((query) => (query.includes('sync') ? { exec: failed } : null));
    const run = { commands: [['npm', 'test']], env: {}, services: {} };
    const error = await inSession(session, async () => await tested(dag.container().from('app'), run).sync()).catch(
      (thrown: unknown) => thrown as ExecError,
    );
    await session.close();
    expect(error).toMatchObject({ exitCode: 7, stdout: '1 passed', stderr: 'cart.test.js: expected 2' });
  });
});

describe('scan', () => {
  test('an image is scanned with a database that was given, offline, and its verdict is no exit code', async () => {
    const queries = await recorded(async () => {
      const run = {
        scanner: dag.container().from('trivy@sha256:1'),
        database: dag.host().directory('/cache'),
        scanners: ['vuln', 'secret'],
        timeoutMinutes: 5,
      };
      const archive = dag.host().file('image.tar');
      await scanReport(scanned(dag, { kind: 'image', archive }, run)).contents();
    });
    const exec = lastOf(queries).find((call) => call.startsWith('withExec'));
    expect(exec).toContain('"image","--input","/fairway/image.tar"');
    expect(exec).toContain('"--skip-db-update","--skip-java-db-update","--offline-scan"');
    expect(exec).toContain('expect: ANY');
    expect(exec).not.toContain('--exit-code');
    expect(lastOf(queries).slice(-2)).toEqual(['file (path: "/fairway/report.json")', 'contents']);
  });

  test('without a database Trivy keeps its own in a cache of the engine', async () => {
    const queries = await recorded(async () => {
      const run = { scanner: dag.container().from('trivy'), scanners: ['vuln'], timeoutMinutes: 5 };
      await sbomOf(scanned(dag, { kind: 'filesystem', directory: dag.host().directory('.') }, run)).contents();
    });
    expect(queries.map((query) => calls(query)[0])).toContain('cacheVolume (key: "fairway-trivy")');
    expect(lastOf(queries).filter((call) => call.startsWith('withExec'))[1]).toContain(
      '"convert","--format","cyclonedx"',
    );
    expect(lastOf(queries).join(' ')).not.toContain('--skip-db-update');
  });

  test('the SBOM of an earlier release is scanned as it is, only for vulnerabilities', async () => {
    const queries = await recorded(async () => {
      const run = { scanner: dag.container().from('trivy'), scanners: ['vuln', 'secret'], timeoutMinutes: 5 };
      await scanned(dag, { kind: 'sbom', file: dag.host().file('base.json') }, run).sync();
    });
    const exec = lastOf(queries).find((call) => call.startsWith('withExec'));
    expect(exec).toContain('"trivy","sbom","/fairway/base.cdx.json"');
    expect(exec).not.toContain('--scanners');
  });
});

describe('database', () => {
  test.each([
    ['postgres', 'POSTGRES_PASSWORD', 5432],
    ['mariadb', 'MARIADB_ROOT_PASSWORD', 3306],
  ] as const)('%s is a service of its own for each run, its password never in a query', async (engine, name, port) => {
    const queries = await recorded(async () => {
      const password = dag.setSecret('password-of-this-run', 's3cret');
      const base = dag.container().from(`${engine}:1`);
      await databaseService({ engine, base, password, uniqueName: 'run-1' }).start();
    });
    const chain = lastOf(queries);
    expect(chain).toContain('withEnvVariable (name: "FAIRWAY_RUN",value: "run-1")');
    expect(chain.find((call) => call.startsWith('withSecretVariable'))).toContain(`name: "${name}"`);
    expect(chain).toContain(`withExposedPort (port: ${port})`);
    expect(chain.join(' ')).not.toContain('s3cret');
  });

  test('its address carries the password as an address must', () => {
    expect(databaseUrl('postgres', 'database', 'a b/c')).toBe('postgresql://postgres:a%20b%2Fc@database:5432/fairway');
    expect(databaseUrl('mariadb', 'db', 'x')).toBe('mariadb://root:x@db:3306/fairway');
  });
});
