import { ConfigError, EnvironmentError } from '../../errors.ts';
import { say } from './live.ts';
import type { Wanted } from './ensure.ts';
import type { HaproxyWorld } from './process.ts';

/** A certificate that is another one now, with what was there before; null for none. */
export interface Renewed {
  readonly name: string;
  readonly former: string | null;
}

/** Copy an application's certificates to where HAProxy reads them; answers their names and what changed. */
export async function stageCertificates(
  app: string,
  { certificates: sources, secret }: Pick<Wanted, 'certificates' | 'secret'>,
  { paths, ports }: HaproxyWorld,
): Promise<{ readonly names: readonly string[]; readonly changed: readonly Renewed[] }> {
  const { files } = ports;
  await files.makeDirectory(paths.certificates, 0o700);
  const names: string[] = [];
  const changed: Renewed[] = [];
  for (const [index, source] of sources.entries()) {
    const [, secretName] = /^secret:(.+)$/.exec(source) ?? [];
    const given = secretName === undefined ? null : ((await secret?.(secretName)) ?? '');
    if (given === null && !(await files.exists(source))) {
      throw new ConfigError('CERTIFICATE_MISSING', `${source} does not exist on the host of the proxy`, {
        problems: [{ path: `proxy.tls.certificates[${index}]`, message: 'no such file', value: source }],
      });
    }
    const name = `${app}-${index}.pem`;
    const target = `${paths.certificates}/${name}`;
    const pem = compact(given ?? (await files.readText(source)));
    names.push(name);
    const former = (await files.exists(target)) ? await files.readText(target) : null;
    if (former === pem) continue;
    await files.writeAtomic(target, pem, 0o600);
    changed.push({ name, former });
  }
  return { names, changed };
}

export async function writeCertificateList(names: readonly string[], { paths, ports }: HaproxyWorld): Promise<void> {
  await ports.files.makeDirectory(paths.certificates, 0o700);
  await ports.files.writeAtomic(paths.certificateList, names.map((name) => `tls/${name}\n`).join(''), 0o600);
}

/** Hand a renewed certificate to the running HAProxy: connections stay, new ones get it. One it refuses is undone. */
export async function renewCertificate({ name, former }: Renewed, at: HaproxyWorld): Promise<void> {
  const { paths, ports } = at;
  const file = `${paths.certificates}/${name}`;
  const pem = await ports.files.readText(file);
  await say(at, `set ssl cert tls/${name} <<\n${pem}`);
  const answer = await say(at, `commit ssl cert tls/${name}`);
  if (/Success/.test(answer)) return;
  await say(at, `abort ssl cert tls/${name}`);
  if (former !== null) await ports.files.writeAtomic(file, former, 0o600);
  throw new EnvironmentError('CERTIFICATE_REFUSED', `HAProxy did not take ${name}: ${answer.trim()}`, {
    hint: 'the file must hold the certificate, its chain and its key, in PEM',
  });
}

/** An empty line would end what is sent to the socket. */
function compact(pem: string): string {
  const lines = pem.split(/\r?\n/).filter((line) => line.trim() !== '');
  return `${lines.join('\n')}\n`;
}
