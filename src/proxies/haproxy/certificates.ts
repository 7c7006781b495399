import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { Live } from './live.ts';
import { say } from './live.ts';
import type { HaproxyWorld } from './process.ts';

/** Copy an application's certificates to where HAProxy reads them; answers their names and what changed. */
export async function stageCertificates(
  app: string,
  sources: readonly string[],
  { paths, ports }: HaproxyWorld,
): Promise<{ readonly names: readonly string[]; readonly changed: readonly string[] }> {
  const { files } = ports;
  await files.makeDirectory(paths.certificates, 0o700);
  const names: string[] = [];
  const changed: string[] = [];
  for (const [index, source] of sources.entries()) {
    if (!(await files.exists(source))) {
      throw new ConfigError('CERTIFICATE_MISSING', `${source} does not exist on the host of the proxy`, {
        problems: [{ path: `proxy.tls.certificates[${index}]`, message: 'no such file', value: source }],
      });
    }
    const name = `${app}-${index}.pem`;
    const target = `${paths.certificates}/${name}`;
    const pem = compact(await files.readText(source));
    names.push(name);
    if ((await files.exists(target)) && (await files.readText(target)) === pem) continue;
    await files.writeAtomic(target, pem, 0o600);
    changed.push(name);
  }
  return { names, changed };
}

export async function writeCertificateList(names: readonly string[], { paths, ports }: HaproxyWorld): Promise<void> {
  await ports.files.makeDirectory(paths.certificates, 0o700);
  await ports.files.writeAtomic(paths.certificateList, names.map((name) => `tls/${name}\n`).join(''), 0o600);
}

/** Hand a renewed certificate to the running HAProxy: connections stay, new ones get it. */
export async function renewCertificate(name: string, live: Live, { paths, ports }: HaproxyWorld): Promise<void> {
  const pem = await ports.files.readText(`${paths.certificates}/${name}`);
  await say(live, `set ssl cert tls/${name} <<\n${pem}`);
  const answer = await say(live, `commit ssl cert tls/${name}`);
  if (/Success/.test(answer)) return;
  await say(live, `abort ssl cert tls/${name}`);
  throw new EnvironmentError('CERTIFICATE_REFUSED', `HAProxy did not take ${name}: ${answer.trim()}`, {
    hint: 'the file must hold the certificate, its chain and its key, in PEM',
  });
}

/** An empty line would end what is sent to the socket. */
function compact(pem: string): string {
  const lines = pem.split(/\r?\n/).filter((line) => line.trim() !== '');
  return `${lines.join('\n')}\n`;
}
