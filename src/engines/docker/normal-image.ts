import { sha256 } from '../../domain/artifact/sha256.ts';
import { canonicalJson } from '../../domain/image/archive/config.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Argv, Containers, Exec, Files, ImageArchives, NormalImage } from '../../ports.ts';
import type { DockerTool } from '../docker.ts';

export interface NormalPorts {
  readonly files: Files;
  readonly exec: Exec;
  readonly containers: Containers;
  readonly archives: ImageArchives;
  readonly docker: DockerTool;
}

export interface NormalRules {
  readonly epochSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
}

const moveTimeoutMs = 600_000;
const removeTimeoutMs = 30_000;

/** Notes of what was normalised: a build that made nothing new needs no second pass over its layers. */
export function normalImages(directory: string, ports: NormalPorts) {
  const { files, containers, archives, docker } = ports;
  const noteOf = (digest: string): string => `${directory}/${digest.slice('sha256:'.length)}.json`;
  const madeOf = (raw: string, rules: NormalRules): string =>
    `${directory}/of-${sha256(new TextEncoder().encode(`${raw} ${canonicalJson(rules)}`))}`;

  async function noteFor(digest: string): Promise<NormalImage | null> {
    const note = noteOf(digest);
    return (await files.exists(note)) ? (JSON.parse(await files.readText(note)) as NormalImage) : null;
  }

  async function known(raw: string, rules: NormalRules): Promise<NormalImage | null> {
    const made = madeOf(raw, rules);
    if (!(await files.exists(made))) return null;
    const note = await noteFor((await files.readText(made)).trim());
    return note !== null && (await containers.image(note.configDigest)) !== null ? note : null;
  }

  /** What another engine made, as an archive. */
  async function take(archive: string, rules: NormalRules, folder: string): Promise<NormalImage> {
    const normal = await archives.normalise(archive, `${folder}/image.tar`, rules);
    await moved(['load', '--quiet', '--input', `${folder}/image.tar`], ports);
    await files.makeDirectory(directory);
    await files.writeAtomic(noteOf(normal.configDigest), JSON.stringify(normal));
    return normal;
  }

  return {
    noteFor,
    take,
    /** The engine's image as every build of the commit has it, loaded into the engine; `folder` is for large files. */
    async normalise(raw: string, rules: NormalRules, folder: string): Promise<NormalImage> {
      const before = await known(raw, rules);
      if (before !== null) return before;
      await moved(['save', '--output', `${folder}/built.tar`, raw], ports);
      const normal = await take(`${folder}/built.tar`, rules, folder);
      await files.writeAtomic(madeOf(raw, rules), normal.configDigest);
      return normal;
    },
    /** The image as it was before: nobody uses it, and the builder keeps its own layers. */
    async forget(raw: string): Promise<void> {
      const argv: Argv = [docker.program, 'image', 'rm', '--no-prune', raw];
      await ports.exec.run({ argv, env: docker.env, timeoutMs: removeTimeoutMs });
    },
    /** With what leads to it. */
    async forgetNote(digest: string): Promise<void> {
      for (const name of await files.list(directory)) {
        const path = `${directory}/${name}`;
        if (name.startsWith('of-') && (await files.readText(path)).trim() === digest) await files.remove(path);
      }
      await files.remove(noteOf(digest));
    },
  };
}

export type NormalImages = ReturnType<typeof normalImages>;

export async function moved(
  args: readonly string[],
  { exec, docker }: Pick<NormalPorts, 'exec' | 'docker'>,
): Promise<void> {
  const argv = [docker.program, ...args] as unknown as Argv;
  const { exitCode, stderr } = await exec.run({ argv, env: docker.env, timeoutMs: moveTimeoutMs });
  if (exitCode === 0) return;
  throw new EnvironmentError('IMAGE_NOT_MOVED', `docker ${args[0] ?? ''} failed: ${stderr.trim()}`, {
    hint: 'See that the engine answers and that both it and the state directory have room for the image.',
  });
}
