import { z } from 'zod';
import type { ProxyContext, ProxyPorts } from '../proxy.ts';
import { proxyFiles } from './paths.ts';

const schema = z.object({
  identity: z.object({ pid: z.number(), startedAt: z.string(), bootId: z.string() }),
});

/** Which process the proxy is: for one that no longer answers. */
export type ProxyRecord = z.output<typeof schema>;

export async function writeRecord(
  record: ProxyRecord,
  { directory }: ProxyContext,
  { files }: ProxyPorts,
): Promise<void> {
  await files.writeAtomic(proxyFiles(directory).process, `${JSON.stringify(record)}\n`, 0o600);
}

export async function readRecord({ directory }: ProxyContext, { files }: ProxyPorts): Promise<ProxyRecord | null> {
  const path = proxyFiles(directory).process;
  if (!(await files.exists(path))) return null;
  return schema.parse(JSON.parse(await files.readText(path)));
}

export async function removeRecord({ directory }: ProxyContext, { files }: ProxyPorts): Promise<void> {
  await files.remove(proxyFiles(directory).process);
}
