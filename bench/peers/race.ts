import { spawn } from 'node:child_process';

/** A program for Node, started again and again. */
export interface Contestant {
  readonly name: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Measured to the first byte of output instead of to the end. */
  readonly untilOutput?: boolean;
}

export interface Times {
  readonly medianMs: number;
  readonly bestMs: number;
  readonly runs: number;
}

/** Let all of them run in turns; the first turn is not counted. */
export async function race(contestants: readonly Contestant[], runs: number): Promise<ReadonlyMap<string, Times>> {
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let turn = 0; turn <= runs; turn += 1) {
    for (const contestant of contestants) {
      const ms = await once(contestant);
      if (turn > 0) samples.get(contestant.name)?.push(ms);
    }
  }
  return new Map(
    [...samples].map(([name, all]) => {
      const sorted = all.toSorted((a, b) => a - b);
      const round = (ms: number | undefined): number => Number((ms ?? Number.NaN).toFixed(1));
      return [
        name,
        { medianMs: round(sorted[Math.floor(sorted.length / 2)]), bestMs: round(sorted[0]), runs: sorted.length },
      ];
    }),
  );
}

async function once({ argv, cwd, env, untilOutput = false, name }: Contestant): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, [...argv], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  let firstMs: number | null = null;
  let output = '';
  const heard = (text: Buffer): void => {
    firstMs ??= performance.now() - begin;
    output += text.toString();
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const allMs = performance.now() - begin;
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output}`);
  return untilOutput && firstMs !== null ? firstMs : allMs;
}
