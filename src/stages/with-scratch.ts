import type { Files } from '../ports.ts';

interface ScratchPorts {
  readonly files: Files;
  readonly scratch: (purpose: string) => string;
}

/** Do something with temporary files; whatever path it asked for is gone afterwards. */
export async function withScratch<P extends ScratchPorts, T>(ports: P, work: (ports: P) => Promise<T>): Promise<T> {
  const made: string[] = [];
  const scratch = (purpose: string): string => {
    const path = ports.scratch(purpose);
    made.push(path);
    return path;
  };
  try {
    return await work({ ...ports, scratch });
  } finally {
    for (const path of made) await ports.files.remove(path);
  }
}
