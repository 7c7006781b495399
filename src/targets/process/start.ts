import { z } from 'zod';
import type { ProcessSpec, ReleaseSpec } from '../../domain/rollout/plan.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Files, ProcessIdentity } from '../../ports.ts';
import type { Instance, TargetContext, TargetPorts } from '../target.ts';
import { releaseFiles } from './paths.ts';

const host = '127.0.0.1';
/** A log that has grown larger is put aside when the process starts again; one former log is kept. */
const logBytes = 4 * 1024 * 1024;

const addressSchema = z.object({ address: z.string().nullable() });
const identitySchema = z.object({ pid: z.number(), startedAt: z.string(), bootId: z.string() });

/**
 * Start one process of a prepared release, or find it running.
 *
 * Address and identity are on disk from the moment on in which the process exists, so that whoever is killed right
 * after finds it again. Throws EnvironmentError `RELEASE_NOT_PREPARED` or what the start itself throws.
 */
export async function startProcess(
  release: ReleaseSpec,
  process: ProcessSpec,
  secrets: Readonly<Record<string, string>>,
  context: TargetContext,
  ports: TargetPorts,
): Promise<Instance> {
  const { files, daemons } = ports;
  const at = releaseFiles(context, release.id);
  const former = await findFormer(release, process, context, ports);
  if (former !== null && daemons.isAlive(former.handle)) return former;
  // What it had started may have outlived it.
  if (former !== null) await daemons.stop(former.handle, process.stopGraceMs);
  if (!(await files.exists(at.prepared))) {
    throw new EnvironmentError('RELEASE_NOT_PREPARED', `${release.id} is not in ${at.folder}`);
  }
  const address = process.traffic ? `${host}:${await ports.ports.free()}` : null;
  const logFile = at.log(process.name);
  const identityFile = at.identity(process.name);
  await files.makeDirectory(`${at.folder}/run`, 0o700);
  await files.remove(identityFile);
  await files.writeAtomic(at.address(process.name), JSON.stringify({ address }), 0o600);
  await putAside(logFile, files);
  const handle = await daemons.start({
    argv: process.argv,
    cwd: at.tree,
    env: { ...ports.environment, ...release.env, ...process.env, ...secrets, ...told(release, address) },
    logFile,
    identityFile,
  });
  await files.writeAtomic(identityFile, JSON.stringify(handle), 0o600);
  return { releaseId: release.id, process: process.name, address, handle, logFile };
}

/** What the process is told about itself; stronger than what the configuration says. */
function told(release: ReleaseSpec, address: string | null): Record<string, string> {
  return {
    FAIRWAY_RELEASE: release.id,
    FAIRWAY_VERSION: release.version,
    FAIRWAY_COMMIT: release.commit,
    ...(address === null ? {} : { HOST: host, PORT: address.slice(address.lastIndexOf(':') + 1) }),
  };
}

async function findFormer(
  release: ReleaseSpec,
  process: ProcessSpec,
  context: TargetContext,
  { files }: TargetPorts,
): Promise<(Instance & { readonly handle: ProcessIdentity }) | null> {
  const at = releaseFiles(context, release.id);
  const handle = await readIdentity(at.identity(process.name), files);
  if (handle === null) return null;
  const { address } = addressSchema.parse(JSON.parse(await files.readText(at.address(process.name))));
  return { releaseId: release.id, process: process.name, address, handle, logFile: at.log(process.name) };
}

/** Null also for one that was cut short by a kill: then the process never got further than its start. */
async function readIdentity(path: string, files: Files): Promise<ProcessIdentity | null> {
  if (!(await files.exists(path))) return null;
  try {
    return identitySchema.parse(JSON.parse(await files.readText(path)));
  } catch {
    return null;
  }
}

async function putAside(logFile: string, files: Files): Promise<void> {
  const stat = await files.stat(logFile);
  if (stat === null || stat.size < logBytes) return;
  await files.remove(`${logFile}.1`);
  await files.rename(logFile, `${logFile}.1`);
}
