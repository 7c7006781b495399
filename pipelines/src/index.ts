import { argument, check, dag, func, object } from '@dagger.io/dagger';
import type { Client, Container, Directory, File, Secret, Service, Socket } from '@dagger.io/dagger';
import { callReport } from '../toolkit/index.js';
import {
  forPlatform,
  imageArchive,
  imageFromDockerfile,
  imageFromRecipe,
  published,
  withDescription,
} from './build.ts';
import { carriedToolkit } from './carried.ts';
import { commandRun, resultOf, runsOf } from './command-line.ts';
import { databaseService, databaseUrl, redisService } from './database.ts';
import { Report } from './report.ts';
import { sbomOf, scanned, scanReport } from './scan.ts';
import { applicationOf, reportsOf, tested, testedWhatever } from './test.ts';

/** A database server. */
export enum DatabaseEngine {
  Postgres = 'postgres',
  Mariadb = 'mariadb',
}

/** How an application is put together without a Dockerfile. */
export enum Stack {
  /** From package-lock.json, by npm. */
  Node = 'node',
  /** From uv.lock, by uv. */
  Python = 'python',
  /** Only its files. */
  Plain = 'plain',
}

/** Host name of what a call starts for itself; the names that callers give stay free. */
const throwAwayHost = 'throw-away';

const serverImages = { postgres: 'postgres', mariadb: 'mariadb' } as const;

/** From commit to production: build, scan, test, rehearse and apply migrations, deploy, smoke, roll back, release. */
@object()
export class Fairway {
  private readonly image: string;
  private readonly scanner: string;
  private readonly base: Container | undefined;
  private readonly scannerBase: Container | undefined;
  private readonly serverBase: Container | undefined;
  private readonly secretNames: string[];
  private readonly secretValues: Secret[];
  private readonly serviceNames: string[];
  private readonly services: Service[];

  /**
   * @param image Image with Node 24, git and ssh in which commands run, by digest.
   * @param scanner Image of Trivy, by digest.
   * @param base Container to use instead of image.
   * @param scannerBase Container to use instead of scanner.
   * @param serverBase Container to use instead of a database server's own image.
   */
  constructor(
    image: string = 'node:24.15.0-bookworm@sha256:33cf7f057918860b043c307751ef621d74ac96f875b79b6724dcebf2dfd0db6d',
    scanner: string = 'aquasec/trivy:0.69.3@sha256:bcc376de8d77cfe086a917230e818dc9f8528e3c852f7b1aff648949b6258d1c',
    base?: Container,
    scannerBase?: Container,
    serverBase?: Container,
  ) {
    this.image = image;
    this.scanner = scanner;
    this.base = base;
    this.scannerBase = scannerBase;
    this.serverBase = serverBase;
    this.secretNames = [];
    this.secretValues = [];
    this.serviceNames = [];
    this.services = [];
  }

  /**
   * Give a secret to what follows in the call: to commands as an environment variable, to a build by its name.
   *
   * @param name Name of the variable.
   * @param value Where the value comes from, such as env:DATABASE_URL or file:./token.
   */
  @func()
  withSecret(name: string, value: Secret): Fairway {
    this.secretNames.push(name);
    this.secretValues.push(value);
    return this;
  }

  /**
   * Let tests and commands that follow in the call find a server under a host name.
   *
   * @param name Host name, such as redis.
   * @param server Server that listens there.
   */
  @func()
  withService(name: string, server: Service): Fairway {
    this.serviceNames.push(name);
    this.services.push(server);
    return this;
  }

  /**
   * Build the image of a Dockerfile.
   *
   * @param source Folder that is built.
   * @param dockerfile Path of the Dockerfile in it.
   * @param args Build arguments as NAME=VALUE; never secrets.
   * @param target Stage to build; empty for the last one.
   * @param platform Such as linux/arm64; empty for the engine's own.
   * @param labels Labels and annotations as NAME=VALUE.
   * @param mounts Names of secrets given before, which the Dockerfile mounts by these ids.
   * @param ssh Socket of an ssh agent that the Dockerfile mounts.
   */
  @func()
  async build(
    source: Directory,
    dockerfile: string = 'Dockerfile',
    args: string[] = [],
    target: string = '',
    platform: string = '',
    labels: string[] = [],
    mounts: string[] = [],
    ssh?: Socket,
  ): Promise<Container> {
    const mounted = await this.mountedSecrets(mounts);
    const wanted = { dockerfile, args: pairs(args), target, platform, secrets: mounted };
    const built = imageFromDockerfile(source, ssh === undefined ? wanted : { ...wanted, ssh });
    return withDescription(await forPlatform(built, platform), pairs(labels));
  }

  /**
   * Build the image of a Dockerfile for each platform and push them as one; answers the address with its digest.
   *
   * @param source Folder that is built.
   * @param address Where it is pushed, such as registry.example/shop:1.4.0.
   * @param platforms Such as linux/amd64 and linux/arm64; none for the engine's own.
   * @param dockerfile Path of the Dockerfile in it.
   * @param args Build arguments as NAME=VALUE; never secrets.
   * @param target Stage to build; empty for the last one.
   * @param labels Labels and annotations as NAME=VALUE.
   * @param user Who logs in to the registry; empty for nobody.
   * @param password Of that user.
   */
  @func({ cache: 'never' })
  async publish(
    source: Directory,
    address: string,
    platforms: string[] = [],
    dockerfile: string = 'Dockerfile',
    args: string[] = [],
    target: string = '',
    labels: string[] = [],
    user: string = '',
    password?: Secret,
  ): Promise<string> {
    const wanted = { dockerfile, args: pairs(args), target, secrets: [] };
    const variants: Container[] = [];
    for (const platform of platforms.length === 0 ? [''] : platforms) {
      const built = await forPlatform(imageFromDockerfile(source, { ...wanted, platform }), platform);
      variants.push(withDescription(built, pairs(labels)));
    }
    return await published(client(), variants, address, password === undefined ? null : { user, password });
  }

  /**
   * Build the image of an application that has no Dockerfile: its dependencies first, then its files.
   *
   * @param source Folder of the application.
   * @param from Image that it stands on, by digest.
   * @param start Program and arguments that start it; PORT says where to listen.
   * @param stack What its dependencies are installed with.
   * @param user User that it runs as, never root.
   * @param port Port that it listens on.
   */
  @func()
  assemble(
    source: Directory,
    from: string,
    start: string[],
    stack: Stack = Stack.Plain,
    user: string = '1000',
    port: number = 8080,
  ): Container {
    if (user === 'root' || user === '0') throw new Error('an application does not run as root: name another user');
    return imageFromRecipe(client(), source, { kind: stack, base: from, start, user, port });
  }

  /**
   * Run a command in an image that was built, and answer the folder with its reports, also when it fails.
   *
   * @param built Image to test.
   * @param command Program and arguments.
   * @param folder Folder in the container that the command writes reports into.
   * @param env Environment as NAME=VALUE; never secrets.
   */
  @func()
  testReports(built: Container, command: string[], folder: string, env: string[] = []): Directory {
    return reportsOf(testedWhatever(built, command, { env: pairs(env), services: this.bound() }), folder);
  }

  /**
   * Run a command in an image that was built, and hand the container on when it succeeds.
   *
   * @param built Image to test.
   * @param command Program and arguments.
   * @param env Environment as NAME=VALUE; never secrets.
   * @param database Server that the tests find as "database".
   * @param application Port on which the image serves; the tests find it as "application". 0 for none.
   */
  @func()
  test(
    built: Container,
    command: string[],
    env: string[] = [],
    database?: Service,
    application: number = 0,
  ): Container {
    const served = application === 0 ? {} : { application: applicationOf(built, application) };
    return tested(built, {
      commands: [command],
      env: pairs(env),
      services: { ...this.bound(), ...(database === undefined ? {} : { database }), ...served },
    });
  }

  /**
   * Look for known vulnerabilities and secrets in an image, and answer Trivy's report as JSON.
   *
   * @param built Image to scan.
   * @param database Trivy's cache folder with its database; without one it is fetched.
   * @param timeoutMinutes How long the scan may take.
   */
  @func({ cache: '1h' })
  scan(built: Container, database?: Directory, timeoutMinutes: number = 10): File {
    return scanReport(this.scanOf(built, database, timeoutMinutes));
  }

  /**
   * List what is in an image, as a CycloneDX document.
   *
   * @param built Image to look into.
   * @param database Trivy's cache folder with its database; without one it is fetched.
   * @param timeoutMinutes How long it may take.
   */
  @func({ cache: '1h' })
  sbom(built: Container, database?: Directory, timeoutMinutes: number = 10): File {
    return sbomOf(this.scanOf(built, database, timeoutMinutes));
  }

  /**
   * Start an empty database server with the database "fairway", to be thrown away.
   *
   * @param password Password of its administrator (postgres or root).
   * @param engine Kind of server.
   * @param version Version of the server, that of the target.
   */
  @func({ cache: 'never' })
  database(password: Secret, engine: DatabaseEngine = DatabaseEngine.Postgres, version: string = 'latest'): Service {
    return databaseService({ engine, base: this.serverOf(engine, version), password, uniqueName: crypto.randomUUID() });
  }

  /**
   * Start an empty Redis server, to be thrown away.
   *
   * @param version Version of the server, that of the target.
   */
  @func({ cache: 'never' })
  redis(version: string = 'latest'): Service {
    const base = this.serverBase ?? client().container().from(`redis:${version}`);
    return redisService({ base, uniqueName: crypto.randomUUID() });
  }

  /**
   * Watch migrations on a throw-away database and say how dangerous each statement is.
   *
   * @param source Checkout with its .git.
   * @param files Files or folders of migrations, relative to it.
   * @param engine Kind of server.
   * @param version Version of the server, that of the target.
   * @param failOn Class from which the call fails: dangerous, review or never.
   */
  @func({ cache: 'never' })
  async classify(
    source: Directory,
    files: string[],
    engine: DatabaseEngine = DatabaseEngine.Postgres,
    version: string = 'latest',
    failOn: string = 'dangerous',
  ): Promise<Report> {
    const scratch = this.scratchServer('FAIRWAY_SCRATCH_URL', engine, version);
    const where = ['--database', engine, '--database-url', 'env:FAIRWAY_SCRATCH_URL', '--throw-away'];
    return await this.run(source, ['classify', ...files, ...where, '--fail-on', failOn], scratch);
  }

  /**
   * Try the migrations on a throw-away database, with the old and the new release; the target is not touched.
   *
   * @param source Checkout with its .git.
   * @param environment Environment of fairway.yml; empty for its default.
   * @param postgres Version of the PostgreSQL server that a rehearsal throws away, that of the target; empty: fetched.
   */
  @func({ cache: 'never' })
  async rehearse(source: Directory, environment: string = '', postgres: string = ''): Promise<Report> {
    return await this.run(source, ['rehearse', ...flagsOf(environment)], this.rehearsalServer(postgres));
  }

  /**
   * Apply pending migrations to the database of an environment.
   *
   * @param source Checkout with its .git.
   * @param environment Environment of fairway.yml; empty for its default.
   * @param dryRun Only list what is pending.
   */
  @func({ cache: 'never' })
  async migrate(source: Directory, environment: string = '', dryRun: boolean = false): Promise<Report> {
    return await this.run(source, ['migrate', ...flagsOf(environment, dryRun)]);
  }

  /**
   * Build, rehearse, migrate and roll out, without a release; a bad verdict returns traffic to the stable release.
   *
   * @param source Checkout with its .git.
   * @param environment Environment of fairway.yml; empty for its default.
   * @param dryRun Only say what would be done.
   * @param postgres Version of the PostgreSQL server that a rehearsal throws away, that of the target; empty: fetched.
   */
  @func({ cache: 'never' })
  async deploy(
    source: Directory,
    environment: string = '',
    dryRun: boolean = false,
    postgres: string = '',
  ): Promise<Report> {
    return await this.run(source, ['deploy', ...flagsOf(environment, dryRun)], this.rehearsalServer(postgres));
  }

  /**
   * Run the smoke checks against what serves in an environment; changes nothing.
   *
   * @param source Checkout with its .git.
   * @param environment Environment of fairway.yml; empty for its default.
   */
  @func({ cache: 'never' })
  async smoke(source: Directory, environment: string = ''): Promise<Report> {
    return await this.run(source, ['smoke', ...flagsOf(environment)]);
  }

  /**
   * Make a kept release serve again; never touches the database.
   *
   * @param source Checkout with its .git.
   * @param version Release to return to; empty for the one before the stable release.
   * @param environment Environment of fairway.yml; empty for its default.
   */
  @func({ cache: 'never' })
  async rollback(source: Directory, version: string = '', environment: string = ''): Promise<Report> {
    const wanted = version === '' ? [] : [version];
    return await this.run(source, ['rollback', ...wanted, ...flagsOf(environment)]);
  }

  /**
   * Decide, prepare and publish a release of a project that is not deployed: version, changelog, tag, assets.
   *
   * @param source Checkout with its .git.
   * @param dryRun Only say what would be released.
   */
  @func({ cache: 'never' })
  async release(source: Directory, dryRun: boolean = false): Promise<Report> {
    return await this.run(source, ['release', ...flagsOf('', dryRun)]);
  }

  /**
   * From commit to released: build, test, rehearse, migrate, deploy, smoke, release.
   *
   * @param source Checkout with its .git.
   * @param environment Environment of fairway.yml; empty for its default.
   * @param dryRun Only say what would be done.
   * @param postgres Version of the PostgreSQL server that a rehearsal throws away, that of the target; empty: fetched.
   */
  @func({ cache: 'never' })
  async ship(
    source: Directory,
    environment: string = '',
    dryRun: boolean = false,
    postgres: string = '',
  ): Promise<Report> {
    return await this.run(source, ['ship', ...flagsOf(environment, dryRun)], this.rehearsalServer(postgres));
  }

  /**
   * Fail unless fairway.yml is right in all its environments.
   *
   * @param source Checkout with its .git.
   */
  @check()
  @func()
  async configuration(@argument({ defaultPath: '/' }) source: Directory): Promise<void> {
    await this.commandOf(source, ['check'], {}, 'check').sync();
  }

  private serverOf(engine: DatabaseEngine, version: string): Container {
    return this.serverBase ?? client().container().from(`${serverImages[engine]}:${version}`);
  }

  /** A server for one call, and its address in a variable of the command. */
  private scratchServer(variable: string, engine: DatabaseEngine, version: string): More {
    const uniqueName = crypto.randomUUID();
    // The name of a secret must change with its value: both are made for this call alone.
    const password = client().setSecret(`fairway-password-${uniqueName}`, uniqueName);
    const server = databaseService({ engine, base: this.serverOf(engine, version), password, uniqueName });
    const value = client().setSecret(`fairway-url-${uniqueName}`, databaseUrl(engine, throwAwayHost, uniqueName));
    return { services: { [throwAwayHost]: server }, secrets: [{ name: variable, value }] };
  }

  /** For a rehearsal: a server of the version that was asked for, or what the command starts or fetches itself. */
  private rehearsalServer(version: string): More {
    if (version === '' && this.serverBase === undefined) return {};
    return this.scratchServer('FAIRWAY_THROW_AWAY_URL', DatabaseEngine.Postgres, version);
  }

  private bound(): Record<string, Service> {
    return Object.fromEntries(
      this.serviceNames.flatMap((name, index) => {
        const service = this.services[index];
        return service === undefined ? [] : [[name, service] as const];
      }),
    );
  }

  /** A build finds its secrets by the name that the Dockerfile has for them. */
  private async mountedSecrets(names: readonly string[]): Promise<Secret[]> {
    const mounted: Secret[] = [];
    for (const name of names) {
      const value = this.secretValues[this.secretNames.indexOf(name)];
      if (value === undefined) throw new Error(`no secret "${name}" was given: with-secret --name=${name} --value=...`);
      const text = await value.plaintext();
      if (text.trim() === '') throw new Error(`the secret "${name}" is empty`);
      mounted.push(client().setSecret(name, text));
    }
    return mounted;
  }

  private scanOf(built: Container, database: Directory | undefined, timeoutMinutes: number): Container {
    return scanned(
      client(),
      { kind: 'image', archive: imageArchive(built) },
      {
        scanner: this.scannerBase ?? client().container().from(this.scanner),
        ...(database === undefined ? {} : { database }),
        scanners: ['vuln', 'secret'],
        timeoutMinutes,
      },
    );
  }

  private async run(source: Directory, args: string[], more: More = {}): Promise<Report> {
    const ran = await this.commandOf(source, args, more, crypto.randomUUID()).sync();
    const state = runsOf(ran);
    const [events] = await state.glob('runs/*/events.jsonl');
    const report = callReport(
      await resultOf(ran).contents(),
      events === undefined ? '' : await state.file(events).contents(),
      events?.split('/')[1] ?? 'unrecorded',
    );
    return new Report(report.outcome, report.code, report.json, report.summary, report.html);
  }

  private commandOf(source: Directory, args: string[], more: More, uniqueValue: string): Container {
    const given = this.secretNames.flatMap((name, index) => {
      const value = this.secretValues[index];
      return value === undefined ? [] : [{ name, value }];
    });
    return commandRun({
      base: this.base ?? client().container().from(this.image),
      toolkit: carriedToolkit(client()),
      source,
      args,
      secrets: [...given, ...(more.secrets ?? [])],
      services: { ...this.bound(), ...more.services },
      files: {},
      uniqueValue,
    });
  }
}

interface More {
  readonly secrets?: readonly { readonly name: string; readonly value: Secret }[];
  readonly services?: Readonly<Record<string, Service>>;
}

function client(): Client {
  return dag;
}

/** `NAME=VALUE` lines; a later one of the same name wins. */
function pairs(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(`"${line}" is not of the form NAME=VALUE`);
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function flagsOf(environment: string, dryRun = false): string[] {
  return [...(environment === '' ? [] : ['--env', environment]), ...(dryRun ? ['--dry-run'] : [])];
}
