import { exploitationOf, type ExploitationOf, readEpss, readKnownExploited } from '../../domain/scan/exploitation.ts';
import { ConfigError } from '../../errors.ts';
import type { Files } from '../../ports.ts';
import type { ScanSettings } from './input.ts';

type PinnedFile = ScanSettings['vex'][number];
type Reading = Pick<Files, 'exists' | 'readText' | 'sha256'>;

export interface Pinned {
  /** Absolute. */
  readonly vex: readonly string[];
  readonly exploitation: ExploitationOf;
}

/** The files that the policy names, each with exactly the content that it names. Throws ConfigError `SCAN_FILE_CHANGED`. */
export async function pinnedFiles(settings: ScanSettings, directory: string, files: Reading): Promise<Pinned> {
  const { vex, epss, knownExploited } = settings;
  const paths: string[] = [];
  for (const [index, one] of vex.entries()) paths.push(await pinned(one, `scan.vex[${index}]`, directory, files));
  const read = async <T>(
    one: PinnedFile | undefined,
    key: string,
    reader: (text: string) => T | null,
  ): Promise<T | null> => {
    if (one === undefined) return null;
    const value = reader(await files.readText(await pinned(one, key, directory, files)));
    if (value !== null) return value;
    throw new ConfigError('SCAN_FILE_UNREADABLE', `${key}: ${one.file} is not such a list.`, {
      problems: [{ path: key, message: `${one.file} is not such a list` }],
      hint: 'EPSS is a CSV with the columns cve and epss; known exploited vulnerabilities are the JSON catalog of CISA.',
    });
  };
  return {
    vex: paths,
    exploitation: exploitationOf(
      await read(knownExploited, 'scan.knownExploited', readKnownExploited),
      await read(epss, 'scan.epss', readEpss),
    ),
  };
}

async function pinned({ file, sha256 }: PinnedFile, key: string, directory: string, files: Reading): Promise<string> {
  const path = `${directory}/${file}`;
  const found = (await files.exists(path)) ? await files.sha256(path) : null;
  if (found === sha256) return path;
  const message =
    found === null ? `there is no ${file}` : `${file} has SHA-256 ${found}, and the policy names ${sha256}`;
  throw new ConfigError('SCAN_FILE_CHANGED', `${key}: ${message}.`, {
    problems: [{ path: `${key}.sha256`, message }],
    hint: 'Whoever may change the policy writes the new sum there, on the base branch.',
  });
}
