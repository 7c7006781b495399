import { EnvironmentError } from '../../errors.ts';
import type { Argv, Clock, Exec, Files, ScanFailure, ScanInterest, ScanSubject } from '../../ports.ts';
import { withoutIgnoreComments } from './ignore-comments.ts';
import { cutShort, failed } from './scan-ends.ts';

interface Options {
  readonly look: readonly ScanInterest[];
  readonly docker: { readonly program: string; readonly env: Readonly<Record<string, string>> };
  /** By the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Ports {
  readonly exec: Exec;
  readonly files: Files;
  readonly clock: Clock;
}

/**
 * Bring a subject into a form that Trivy reads, below `folder`: it takes images from a socket of this machine or from
 * what `docker save` writes, and an OCI layout only as a folder.
 */
export async function withSubject<T>(
  subject: ScanSubject,
  folder: string,
  options: Options,
  ports: Ports,
  work: (placed: ScanSubject) => Promise<T>,
): Promise<T | ScanFailure> {
  if (subject.kind === 'image') return await ofEngine(subject, folder, options, ports, work);
  if (subject.kind === 'registry') return await work(subject);
  if ((await ports.files.stat(subject.path)) === null) {
    return failed('SCAN_SUBJECT_MISSING', `there is no ${subject.path}`, 'Name a file or folder that is there.');
  }
  if (subject.kind === 'archive') return await ofArchive(subject.path, folder, options, ports, work);
  if (subject.kind === 'sbom' || !options.look.includes('configuration')) return await work(subject);
  return await work({ ...subject, path: await withoutIgnoreComments(subject.path, `${folder}/tree`, ports) });
}

async function ofEngine<T>(
  subject: Extract<ScanSubject, { kind: 'image' }>,
  folder: string,
  options: Options,
  ports: Ports,
  work: (placed: ScanSubject) => Promise<T>,
): Promise<T | ScanFailure> {
  const host = subject.host ?? options.docker.env['DOCKER_HOST'] ?? null;
  if (host === null || host.startsWith('unix://')) return await work({ ...subject, host });
  const archive = `${folder}/image.tar`;
  const argv: Argv = [options.docker.program, 'save', '--output', archive, '--', subject.reference];
  const trouble = await run(argv, { ...options.docker.env, DOCKER_HOST: host }, options, ports);
  return trouble ?? (await work({ kind: 'archive', path: archive }));
}

async function ofArchive<T>(
  archive: string,
  folder: string,
  options: Options,
  ports: Ports,
  work: (placed: ScanSubject) => Promise<T>,
): Promise<T | ScanFailure> {
  const layout = `${folder}/layout`;
  await ports.files.makeDirectory(layout, 0o700);
  const only: Argv = ['tar', '--extract', '--file', archive, '--directory', layout, '--no-same-owner'];
  const trouble = await run(only, {}, options, ports);
  if (trouble !== null) return trouble;
  const isLayout = await ports.files.exists(`${layout}/index.json`);
  return await work({ kind: 'archive', path: isLayout ? layout : archive });
}

async function run(
  argv: Argv,
  env: Readonly<Record<string, string>>,
  { deadlineMs, signal }: Options,
  { exec, clock }: Ports,
): Promise<ScanFailure | null> {
  const timeoutMs = Math.max(1, deadlineMs - clock.monotonicMs());
  const command = { argv, env, timeoutMs, ...(signal === undefined ? {} : { signal }) };
  const result = await exec.run(command).catch((error: unknown) => {
    if (error instanceof EnvironmentError) return error;
    throw error;
  });
  if (result instanceof EnvironmentError)
    return failed('SCAN_SUBJECT_MISSING', result.message, result.hint ?? 'Install it.');
  if (result.ended === 'exited' && result.exitCode === 0) return null;
  const words = result.stderr.trim().split('\n').at(-1) ?? '';
  return (
    cutShort(result, timeoutMs) ??
    failed(
      'SCAN_SUBJECT_MISSING',
      `${argv[0]} could not bring the image: ${words.slice(0, 400)}`,
      'See that it is there.',
    )
  );
}
