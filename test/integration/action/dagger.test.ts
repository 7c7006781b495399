import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
const asked: string[] = [];
const mirror = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end('not what the release was');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
  stage = await openStage();
  stage.write('fairway.yml', 'app: shop\n');
  stage.commit('feat: begin');
});
afterAll(() => {
  mirror.close();
  stage.close();
});

const env = (): Readonly<Record<string, string>> => ({
  FAIRWAY_DAGGER_MIRROR: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`,
});

test("a command line of Dagger that is not the release's is never run", async () => {
  const { main } = await stage.step({ with: { command: 'check', 'dagger-version': 'v0.21.8' }, env: env() });
  expect({ code: main.code, outputs: main.outputs }).toMatchObject({ code: 6, outputs: { code: 'DAGGER_ALTERED' } });
  expect(asked).toEqual([expect.stringMatching(/^\/0\.21\.8\/dagger_v0\.21\.8_(linux|windows)_(amd64|arm64)\./)]);
});

test('a version without a known checksum is refused with the line to write, and the token of Dagger Cloud is hidden', async () => {
  const { main } = await stage.step({
    with: { command: 'check', 'dagger-version': 'v0.99.0', 'cloud-token': 'dag_cloud_s3cret' },
    env: env(),
  });
  expect({ code: main.code, outputs: main.outputs }).toMatchObject({ code: 2, outputs: { code: 'DAGGER_UNKNOWN' } });
  expect(main.log.join('\n')).toContain('dagger-version: v0.99.0@sha256:<checksum>');
  expect(main.masks).toContain('dag_cloud_s3cret');
});
