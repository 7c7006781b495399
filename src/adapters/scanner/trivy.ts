import type {
  Argv,
  Clock,
  Command,
  CommandResult,
  Exec,
  Files,
  ScanFailure,
  Scanner,
  ScanSubject,
} from '../../ports.ts';
import { locateProgram } from '../haproxy/locate.ts';
import { cutShort, failed, failureOf } from './scan-ends.ts';
import { sbomArgv, scanArgv, type TrivyRun } from './trivy-argv.ts';
import { readyDatabase } from './trivy-database.ts';
import { withSubject } from './trivy-subject.ts';

export interface TrivyOptions {
  /** A path, or a name that is looked for on `path`. */
  readonly program: string;
  readonly path: string;
  /** Ours alone: nobody else's settings or database are read. */
  readonly cacheDirectory: string;
  readonly scratch: (purpose: string) => string;
  /** The docker command line, which reaches engines elsewhere. */
  readonly docker: { readonly program: string; readonly env: Readonly<Record<string, string>> };
}

export interface TrivyPorts {
  readonly exec: Exec;
  readonly files: Files;
  readonly clock: Clock;
}

/** A report of every package of a large image has 20 MB. */
const longestReportBytes = 64 * 1024 * 1024;
const versionTimeoutMs = 30_000;

/** Trivy as a program of this machine; it runs in an empty folder, so that no settings of a checkout reach it. */
export function trivyScanner(options: TrivyOptions, ports: TrivyPorts): Scanner {
  const { exec, files, clock } = ports;
  const locate = async (): Promise<string | null> => await locateProgram(options.program, options.path);

  /** Run in a folder that is gone afterwards; the file that is wanted is read before. */
  async function inScratch<T>(
    purpose: string,
    work: (folder: string, env: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const folder = options.scratch(purpose);
    await files.makeDirectory(`${folder}/empty`, 0o700);
    try {
      return await work(folder, { ...options.docker.env, TMPDIR: folder });
    } finally {
      await files.remove(folder);
    }
  }

  const missing = (): ScanFailure =>
    failed('SCANNER_MISSING', `${options.program} is not installed on this machine`, howToGet);

  return {
    name: 'trivy',
    async find() {
      const program = await locate();
      if (program === null) return null;
      const { stdout } = await exec.run({ argv: [program, '--version'], timeoutMs: versionTimeoutMs });
      return { program, version: /Version:\s*(\S+)/.exec(stdout)?.[1] ?? 'unknown' };
    },
    async scan(subject, { look, vex, database, timeoutMs, signal }) {
      const program = await locate();
      if (program === null) return missing();
      const deadlineMs = clock.monotonicMs() + timeoutMs;
      const run: TrivyRun = { program, cacheDirectory: options.cacheDirectory, timeoutMs };
      return await inScratch('scan', async (folder, env) => {
        const question = { run, isOffline: database.isOffline, mirrors: database.mirrors, env, deadlineMs, signal };
        const ready = look.includes('vulnerabilities')
          ? await readyDatabase({ ...question, scratch: options.scratch }, ports)
          : null;
        if (ready?.kind === 'failed') return ready;
        return await withSubject(subject, folder, { ...options, look, deadlineMs, signal }, ports, async (placed) => {
          const leftMs = Math.max(1, deadlineMs - clock.monotonicMs());
          const report = `${folder}/report.json`;
          const result = await start(
            scanArgv({ ...run, timeoutMs: leftMs }, placed, { look, vex, database }, report),
            { env: envFor(placed, env), cwd: `${folder}/empty`, timeoutMs: leftMs },
            signal,
          );
          const text = await whatItLeft(report, result, leftMs);
          if (typeof text !== 'string') return text;
          return {
            kind: 'report',
            format: 'trivy',
            text,
            databaseMadeAt: ready?.madeAt ?? null,
            remarks: ready?.remarks ?? [],
          };
        });
      });
    },
    async sbom(subject, format, { path, timeoutMs, signal }) {
      const program = await locate();
      if (program === null) return missing();
      const deadlineMs = clock.monotonicMs() + timeoutMs;
      const run: TrivyRun = { program, cacheDirectory: options.cacheDirectory, timeoutMs };
      return await inScratch('sbom', async (folder, env) =>
        withSubject(subject, folder, { ...options, look: [], deadlineMs, signal }, ports, async (placed) => {
          const leftMs = Math.max(1, deadlineMs - clock.monotonicMs());
          const file = `${folder}/sbom.json`;
          const result = await start(
            sbomArgv({ ...run, timeoutMs: leftMs }, placed, format, file),
            { env: envFor(placed, env), cwd: `${folder}/empty`, timeoutMs: leftMs },
            signal,
          );
          const text = await whatItLeft(file, result, leftMs);
          if (typeof text !== 'string') return text;
          await files.writeAtomic(path, text);
          return { kind: 'written', path };
        }),
      );
    },
  };

  async function start(argv: Argv, place: Omit<Command, 'argv' | 'signal'>, signal: AbortSignal | undefined) {
    return await exec.run({ argv, ...place, ...(signal === undefined ? {} : { signal }) });
  }

  async function whatItLeft(file: string, result: CommandResult, timeoutMs: number): Promise<string | ScanFailure> {
    const cut = cutShort(result, timeoutMs);
    if (cut !== null) return cut;
    const stat = await files.stat(file);
    if (stat === null || stat.size === 0) return failureOf(result, timeoutMs);
    if (stat.size <= longestReportBytes) return await files.readText(file);
    return failed(
      'SCAN_REPORT_TOO_LARGE',
      `the scanner wrote ${stat.size.toLocaleString('en-US')} bytes; at most ${longestReportBytes.toLocaleString('en-US')} are read`,
      'Scan less at once: name fewer things under scan.look, or a smaller folder.',
    );
  }
}

const howToGet =
  'Install Trivy (https://trivy.dev/docs/latest/getting-started/installation/) and check its signature, or name the program in FAIRWAY_TRIVY.';

/** The engine is asked where it is; everything else needs no engine. */
function envFor(subject: ScanSubject, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return subject.kind === 'image' && subject.host !== null ? { ...env, DOCKER_HOST: subject.host } : env;
}
