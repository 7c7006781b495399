import type { ContainerMount, Containers, OpenContainers } from '../../ports.ts';
import { insideProxies, insideState, proxyVolume, stateVolume } from './container-place.ts';

/** What the agent's own dwelling means for the containers that it starts. */
export interface House {
  /** Where a file of ours lies on the engine's host. */
  readonly hostPath: (path: string) => Promise<string>;
  readonly engine: {
    readonly containers: Containers;
    readonly share: (folder: string) => ContainerMount;
    readonly user: string;
  };
}

/** In a container our files are in volumes, which containers that we start get too; else paths mean the same to all. */
export function agentHouse(isContained: boolean, open: OpenContainers): House {
  const volumes = isContained ? { [insideState]: stateVolume, [insideProxies]: proxyVolume } : {};
  const known = new Map<string, string | null>();
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return {
    async hostPath(path) {
      for (const [inside, volume] of Object.entries(volumes)) {
        if (!path.startsWith(`${inside}/`)) continue;
        if (!known.has(volume)) known.set(volume, await open(null).volumePath(volume));
        const at = known.get(volume);
        if (typeof at === 'string') return `${at}${path.slice(inside.length)}`;
      }
      return path;
    },
    engine: {
      get containers() {
        return open(null);
      },
      share(folder) {
        const volume = Object.entries(volumes).find(([inside]) => folder.startsWith(`${inside}/`));
        return volume === undefined
          ? { source: folder, target: folder, isReadOnly: false }
          : { source: volume[1], target: volume[0], isReadOnly: false };
      },
      user,
    },
  };
}
