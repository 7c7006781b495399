import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import type { ScanDocument } from '../../../src/domain/scan/document.ts';
import { type Options, run, source } from '../cli/fairway.ts';
import { type Advisory, writeDatabase } from '../../harness/trivy/database.ts';

export const trivy = '/opt/fairway-ci/bin/trivy';

/** A vulnerability of what the shop uses, and one of something that nobody has. */
export const minimist: Advisory = {
  id: 'CVE-2026-0001',
  ecosystem: 'npm',
  package: 'minimist',
  affects: '<1.2.6',
  fixedIn: '1.2.6',
  severity: 'CRITICAL',
};
export const nobodys: Advisory = { id: 'CVE-2026-0009', ecosystem: 'npm', package: 'nobody-has-it', severity: 'LOW' };

export interface Ended {
  readonly code: number | null;
  readonly document: FinalDocument;
  readonly scan: ScanDocument | undefined;
  readonly stderr: string;
}

/** A repository with a lockfile, and a scanner with a cache of its own. */
export interface Shop {
  readonly directory: string;
  /** Where the scanner's database lies. */
  readonly cache: string;
  write(path: string, text: string): void;
  commit(message: string): void;
  git(...args: readonly string[]): string;
  database(advisories: readonly Advisory[], made?: { readonly at: Date; readonly nextUpdate?: Date }): void;
  /** `fairway scan ... --json`. */
  scan(args: readonly string[], options?: Partial<Options>): Promise<Ended>;
  [Symbol.dispose](): void;
}

export const lockfile = (packages: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    {
      name: 'shop',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'shop', version: '1.0.0', dependencies: packages },
        ...Object.fromEntries(Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }])),
      },
    },
    null,
    2,
  );

export function openShop(packages: Readonly<Record<string, string>> = { minimist: '0.0.8' }): Shop {
  const root = mkdtempSync(join(tmpdir(), 'fairway-scan-'));
  const directory = join(root, 'shop');
  const cache = join(root, 'cache', 'trivy');
  const env = { HOME: root, PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], {
      cwd: directory,
      env,
      encoding: 'utf8',
    });
  const shop: Shop = {
    directory,
    cache,
    write(path, text) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    },
    commit(message) {
      git('add', '--all');
      git('commit', '--quiet', '--message', message);
    },
    git,
    database: (advisories, made) => writeDatabase(cache, advisories, made),
    async scan(args, options = {}) {
      const { env: more, ...rest } = options;
      const ended = await run(source, ['scan', ...args, '--json'], {
        cwd: directory,
        timeoutMs: 90_000,
        ...rest,
        env: {
          HOME: root,
          FAIRWAY_TRIVY: trivy,
          FAIRWAY_STATE_DIR: join(root, 'state'),
          FAIRWAY_CACHE_DIR: join(root, 'cache'),
          ...more,
        },
      });
      if (!ended.stdout.startsWith('{')) throw new Error(`no document:\n${ended.stdout}\n${ended.stderr}`);
      const document = JSON.parse(ended.stdout) as FinalDocument;
      return {
        code: ended.code,
        document,
        scan: document.result['scan'] as ScanDocument | undefined,
        stderr: ended.stderr,
      };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
  mkdirSync(directory, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  shop.write('package-lock.json', lockfile(packages));
  shop.write('fairway.yml', configuration());
  shop.commit('feat: a shop');
  return shop;
}

/** `scan:` with these lines in it. */
export const configuration = (...lines: readonly string[]): string =>
  ['app: shop', 'scan:', '  look: [vulnerabilities]', ...lines.map((line) => `  ${line}`), ''].join('\n');
