import { z } from 'zod';
import type { ProcessIdentity } from '../../ports.ts';
import type { ProxyContext, ProxyPorts } from '../proxy.ts';
import { proxyFiles } from './paths.ts';

const schema = z.object({ pid: z.number(), startedAt: z.string(), bootId: z.string() });

/** Which process the proxy is, for one that no longer answers; null when that is not known. */
export async function readProcess({ directory }: ProxyContext, { files }: ProxyPorts): Promise<ProcessIdentity | null> {
  const path = proxyFiles(directory).process;
  if (!(await files.exists(path))) return null;
  try {
    return schema.parse(JSON.parse(await files.readText(path)));
  } catch {
    return null;
  }
}

export async function forgetProcess({ directory }: ProxyContext, { files }: ProxyPorts): Promise<void> {
  await files.remove(proxyFiles(directory).process);
}
