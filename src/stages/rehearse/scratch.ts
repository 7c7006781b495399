import { ownerOf, temporaryName } from '../../domain/temporary-name.ts';
import type { Instance } from '../../targets/target.ts';
import type { RehearsalPorts } from './input.ts';
import type { Ledger } from './running-release.ts';

export interface Scratch extends Ledger {
  readonly remove: () => Promise<void>;
}

const graceMs = 2_000;

/** A folder for the releases of one rehearsal; what killed rehearsals left running is ended first. */
export async function makeScratch(stateDirectory: string, ports: RehearsalPorts): Promise<Scratch> {
  const { files } = ports;
  const shelf = `${stateDirectory}/rehearsals`;
  await files.makeDirectory(shelf, 0o700);
  await endAbandoned(shelf, ports);
  const directory = `${shelf}/${temporaryName(ports.host.self, ports.random(6))}`;
  await files.makeDirectory(directory, 0o700);
  const instances: Instance[] = [];
  return {
    context: { directory, isRehearsal: true },
    async add(instance) {
      instances.push(instance);
      await files.writeAtomic(`${directory}/instances.json`, JSON.stringify(instances), 0o600);
    },
    remove: async () => await files.remove(directory),
  };
}

async function endAbandoned(shelf: string, ports: RehearsalPorts): Promise<void> {
  for (const name of await ports.files.list(shelf)) {
    const owner = ownerOf(name);
    if (owner === null || ports.daemons.isAlive(owner)) continue;
    const text = await ports.files.readText(`${shelf}/${name}/instances.json`).catch(() => '[]');
    for (const instance of JSON.parse(text) as readonly Instance[]) await ports.target.stop(instance, graceMs);
    await ports.files.remove(`${shelf}/${name}`);
  }
}
