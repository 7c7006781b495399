import { billTypes } from '../../domain/image/sbom.ts';
import { FairwayError } from '../../errors.ts';
import type { Files, ImageRegistry } from '../../ports.ts';
import type { ScanBase } from './input.ts';

/** The registry in which releases are kept, and a folder for what is read from it. */
export interface AttachedPorts {
  readonly registry: Pick<ImageRegistry, 'resolve' | 'attachedTo' | 'read'>;
  readonly files: Pick<Files, 'makeDirectory' | 'writeAtomic'>;
}

/** The bill of materials that hangs on a released image in its registry; why there is none, when there is none. */
export async function attachedBase(
  release: { readonly repository: string; readonly version: string },
  folder: string,
  { registry, files }: AttachedPorts,
): Promise<ScanBase> {
  const { repository, version } = release;
  const none = (why: string): ScanBase => ({ kind: 'none', why });
  try {
    // A tag of an image may not hold a plus.
    const digest = await registry.resolve(repository, version.replaceAll('+', '_'));
    if (digest === null) return none(`${repository} has no image of ${version}`);
    const image = `${repository}@${digest}`;
    const attached = await registry.attachedTo(image);
    const bill = attached.find(({ artifactType }) => artifactType === billTypes.cyclonedx.artifactType);
    const content = bill === undefined ? null : await registry.read(image, bill);
    if (content === null) return none(`no bill of materials hangs on ${image}`);
    await files.makeDirectory(folder, 0o700);
    await files.writeAtomic(`${folder}/attached.cdx.json`, content);
    return {
      kind: 'rescan',
      subject: { kind: 'sbom', path: `${folder}/attached.cdx.json` },
      from: `the SBOM attached to ${image}`,
      others: [],
    };
  } catch (error) {
    if (!(error instanceof FairwayError)) throw error;
    return none(`the registry does not give the SBOM of ${version}: ${error.message}`);
  }
}
