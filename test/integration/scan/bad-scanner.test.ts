import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeExec } from '../../../src/adapters/node/exec.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import { trivyScanner } from '../../../src/adapters/scanner/trivy.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { createMask } from '../../../src/domain/secrets/mask.ts';
import { FairwayError } from '../../../src/errors.ts';
import type { RunEvent } from '../../../src/ports.ts';
import { scan } from '../../../src/stages/scan.ts';
import type { ScanSettings } from '../../../src/stages/scan/input.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-bad-scanner-'));
  mkdirSync(join(folder, 'tree'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A scanner of ours that does this; `$REPORT` is where the report belongs. */
function scanner(script: string) {
  const program = join(folder, 'trivy');
  const findReport = 'while [ $# -gt 0 ]; do [ "$1" = --output ] && REPORT="$2"; shift; done';
  writeFileSync(program, `#!/bin/sh\n${findReport}\n${script}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: process.env['PATH'], HOME: folder, TRIVY_IGNOREFILE: join(folder, 'tree', 'trivy.yaml') };
  const orphans = nodeOrphans(join(folder, 'state'));
  const ports = {
    exec: nodeExec({ env, mask: createMask(), orphans, graceMs: 100 }),
    files: nodeFiles(),
    clock: nodeClock(),
  };
  const options = {
    program,
    path: '',
    cacheDirectory: join(folder, 'cache'),
    scratch: orphans.scratch,
    docker: { program: 'docker', env: {} },
  };
  return { ports, scanner: trivyScanner(options, ports) };
}

async function endOf(script: string, timeout = '30s') {
  const { ports, scanner: own } = scanner(script);
  const events: RunEvent[] = [];
  const { scan: settings } = configSchema.parse({ app: 'shop', scan: { look: ['secrets'], timeout } });
  try {
    await scan(
      {
        settings: settings as ScanSettings,
        directory: folder,
        subject: { kind: 'directory', path: join(folder, 'tree') },
        title: 'a tree',
        sources: { files: [], dockerfile: 'Dockerfile', prefix: '', root: '' },
        bases: [],
        firstSeen: new Map(),
        signal: new AbortController().signal,
        onKnown: () => undefined,
      },
      { ...ports, scanner: own, reporter: { report: (event) => void events.push(event) } },
    );
    return 'passed';
  } catch (error) {
    if (error instanceof FairwayError) return `${error.code} ${error.exitCode}`;
    throw error;
  } finally {
    expect(readdirSync(join(folder, 'state', 'scratch'))).toEqual([]);
  }
}

describe('a scanner that', () => {
  test.each([
    ['writes nothing and succeeds', 'exit 0', 'SCANNER_FAILED 6'],
    ['writes an empty file', ': > "$REPORT"', 'SCANNER_FAILED 6'],
    ['prints garbage', 'echo "panic: oh no" > "$REPORT"', 'SCAN_REPORT_UNREADABLE 6'],
    [
      'writes half of its JSON',
      `printf '{"SchemaVersion":2,"ArtifactType":"filesystem","Resu' > "$REPORT"`,
      'SCAN_REPORT_UNREADABLE 6',
    ],
    ['writes the JSON of something else', `echo '{"ok":true}' > "$REPORT"`, 'SCAN_REPORT_UNREADABLE 6'],
    ['writes 200 MB', 'truncate -s 200M "$REPORT"', 'SCAN_REPORT_TOO_LARGE 6'],
    ['prints 200 MB and no report', 'head -c 200000000 /dev/zero', 'SCANNER_FAILED 6'],
    ['never ends', 'sleep 600', 'SCAN_TIMEOUT 6'],
    [
      'kills itself after its report',
      `echo '{"SchemaVersion":2,"ArtifactType":"filesystem"}' > "$REPORT"; kill -9 $$`,
      'SCANNER_KILLED 6',
    ],
    [
      'fails after a whole report',
      `echo '{"SchemaVersion":2,"ArtifactType":"filesystem"}' > "$REPORT"; exit 1`,
      'passed',
    ],
  ])('%s: neither pass nor finding, unless its report is whole', async (_, script, end) => {
    expect(await endOf(script, script.startsWith('sleep') ? '1s' : '30s')).toBe(end);
  });

  test('finds something succeeds by its own account, and refuses by ours', async () => {
    const report = {
      SchemaVersion: 2,
      ArtifactType: 'filesystem',
      Results: [{ Target: '.env', Secrets: [{ RuleID: 'key', Severity: 'CRITICAL', Title: 'A key', StartLine: 3 }] }],
    };
    expect(await endOf(`echo '${JSON.stringify(report)}' > "$REPORT"; exit 0`)).toBe('SCAN_FINDINGS 3');
  });
});

test('settings and ignore files that lie in the tree are no part of a scan', async () => {
  writeFileSync(join(folder, 'tree', 'trivy.yaml'), 'severity: [LOW]');
  const script = `[ -z "$(ls -A .)" ] || exit 1
env | grep -q ^TRIVY_ && exit 1
echo '{"SchemaVersion":2,"ArtifactType":"filesystem"}' > "$REPORT"`;
  expect(await endOf(script)).toBe('passed');
});
