import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop();
const timeoutMs = 60_000;

test('lines are told in order, without their ends, also the last one that has none', async () => {
  const lines: string[] = [];
  await at.exec.run({
    argv: ['printf', 'one\\n\\ntwo\\r\\nthree'],
    timeoutMs,
    onLine: (stream, line) => lines.push(`${stream}: ${line}`),
  });

  expect(lines).toEqual(['stdout: one', 'stdout: ', 'stdout: two', 'stdout: three']);
});

test('of a line of 100,000 characters the beginning is told, at most 8 KiB', async () => {
  const lines: string[] = [];
  const script = 'head -c 100000 /dev/zero | tr "\\0" x; echo; echo short';
  await at.exec.run({ argv: ['sh', '-c', script], timeoutMs, onLine: (_, line) => lines.push(line) });

  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^x{8000,} …$/);
  expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThanOrEqual(8_192);
  expect(lines[1]).toBe('short');
});

test('letters beyond ASCII stay whole though a program writes them byte by byte', async () => {
  const lines: string[] = [];
  const script = "printf 'Gr\\303'; sleep 0.05; printf '\\274\\303'; sleep 0.05; printf '\\237e\\n'";
  const result = await at.exec.run({ argv: ['sh', '-c', script], timeoutMs, onLine: (_, line) => lines.push(line) });

  expect(lines).toEqual(['Grüße']);
  expect(result.stdout).toBe('Grüße\n');
});

test('only the end of a long output is kept, and what was dropped is counted', async () => {
  const result = await at.exec.run({ argv: ['seq', '1', '100000'], timeoutMs, keepBytes: 21 });

  expect(result.stdout).toBe('99998\n99999\n100000\n'.padStart(21, '7\n').slice(-21));
  expect(result.droppedBytes).toBe(588_895 - 21);
});

test('a command that writes 1 GB is read to its end in less than 300 MB of memory', () => {
  const program = join(import.meta.dirname, 'programs', 'reads-a-gigabyte.ts');
  const run = spawnSync(process.execPath, [program, at.stateDirectory], { encoding: 'utf8' });

  const seen = JSON.parse(run.stdout) as { exitCode: number; droppedBytes: number; lines: number; maxRssMb: number };
  expect(seen).toMatchObject({ exitCode: 0, droppedBytes: 1_000_000_000 - 65_536, lines: 19_607_844 });
  expect(seen.maxRssMb).toBeLessThan(300);
});

test('a secret is hidden in lines and in what is kept, on both streams', async () => {
  at.mask.register('correct-horse');
  const lines: string[] = [];
  const script = 'echo "password=$P."; echo "$P" >&2; printf "%s" "$P" | base64';
  const result = await at.exec.run({
    argv: ['sh', '-c', script],
    env: { P: 'correct-horse' },
    timeoutMs,
    onLine: (_, line) => lines.push(line),
  });

  expect(result.stdout).toBe('password=***.\n***\n');
  expect(result.stderr).toBe('***\n');
  expect(lines.toSorted()).toEqual(['***', '***', 'password=***.']);
});

test('a secret that comes in two pieces is hidden', async () => {
  at.mask.register('correct-horse');
  const lines: string[] = [];
  const script = 'printf "password=correct-"; sleep 0.1; echo horse';
  const result = await at.exec.run({ argv: ['sh', '-c', script], timeoutMs, onLine: (_, line) => lines.push(line) });

  expect(lines).toEqual(['password=***']);
  expect(result.stdout).toBe('password=***\n');
});

test('of a secret at the edge of what is kept nothing is shown', async () => {
  at.mask.register('correct-horse');
  const seen = new Set<string>();
  for (let keepBytes = 1; keepBytes <= 20; keepBytes += 1) {
    const result = await at.exec.run({ argv: ['printf', '0123456789correct-horse.end'], timeoutMs, keepBytes });
    seen.add(result.stdout);
  }

  expect([...seen]).toEqual(['d', 'nd', 'end', '.end', '***.end', '9***.end', '89***.end', '789***.end']);
});

test('of a secret where a long line is cut nothing is shown', async () => {
  at.mask.register('correct-horse');
  const lines: string[] = [];
  for (let before = 8_170; before <= 8_195; before += 5) {
    const script = `head -c ${before} /dev/zero | tr "\\0" x; echo correct-horse; head -c ${before} /dev/zero | tr "\\0" x; printf correct-horse; head -c 90000 /dev/zero`;
    await at.exec.run({ argv: ['sh', '-c', script], timeoutMs, onLine: (_, line) => lines.push(line) });
  }

  expect(lines).toHaveLength(12);
  for (const line of lines) expect(line).toMatch(/^x+(\*\*\*)?\0*( …)?$/);
});
