import { expect, test } from 'vitest';
import { goodServer, tinyApp } from './tiny-app.ts';
import { statusOf, until } from './watching.ts';

/** A rollout that is left to the agent, and whoever comes later for its outcome. */

const slow = { deploy: { steps: [50, 100], hold: '3s', lease: '2s' } };

const broken = 'process.exit(3);\n';

test('ship --no-wait ends at once with 0 and "running"; follow waits for the promotion and puts the tag', async () => {
  await using app = await tinyApp(slow);
  await app.fairway(['ship']);
  await app.write('server.js', `${goodServer}\n// second\n`);
  await app.commit('feat: second');

  const left = await app.fairway(['ship', '--no-wait']);
  const looked = await app.fairway(['follow', '--no-wait']);
  const tagsMeanwhile = await app.git('tag');
  const followed = await app.fairway(['follow']);

  expect(left, left.stderr).toMatchObject({ exitCode: 0, document: { outcome: 'running', code: 'HANDED_OVER' } });
  expect(looked).toMatchObject({ exitCode: 0, document: { outcome: 'running', code: 'UNDER_WAY' } });
  expect(tagsMeanwhile).toBe('v0.1.0');
  expect(followed, followed.stderr).toMatchObject({ exitCode: 0, document: { outcome: 'ok', code: 'RELEASED' } });
  expect(await app.git('tag')).toBe('v0.1.0\nv0.2.0');
  expect((await statusOf(app)).stable?.version).toBe('0.2.0');
});

test('a bad release that nobody waited for: follow ends with 4 whenever it is asked, and nothing is tagged', async () => {
  await using app = await tinyApp({ deploy: { ...slow.deploy, wait: false } });
  await app.fairway(['ship']);
  const first = await app.fairway(['follow']);
  await app.write('server.js', broken);
  await app.commit('feat: second');

  const left = await app.fairway(['ship']);
  await until(async () => (await statusOf(app)).rollout === null);
  const followed = await app.fairway(['follow']);
  const again = await app.fairway(['follow', '--no-wait']);

  expect(first, first.stderr).toMatchObject({ exitCode: 0, document: { code: 'RELEASED' } });
  expect(left).toMatchObject({ exitCode: 0, document: { outcome: 'running' } });
  expect(followed).toMatchObject({ exitCode: 4, document: { outcome: 'rolled-back', code: 'RELEASE_EXITED' } });
  expect(again.exitCode).toBe(4);
  expect(await app.git('tag')).toBe('v0.1.0');
});

test('history tells of the rollouts also after everything was taken down', async () => {
  await using app = await tinyApp();
  await app.fairway(['ship']);
  const before = await app.fairway(['history']);
  await app.fairway(['down', '--yes']);
  const after = await app.fairway(['history']);

  expect(before.document?.result).toMatchObject({
    rollouts: [{ release: { version: '0.1.0' }, end: { outcome: 'ok' } }],
  });
  expect(after.document?.result).toEqual(before.document?.result);
});

test('watch --for ends at once, and a later watch tells that all was well', async () => {
  await using app = await tinyApp({ deploy: { steps: [100], hold: '0s', lease: '3s', watch: '1h' } });
  await app.fairway(['ship']);
  const byConfiguration = await app.fairway(['watch']);
  const asked = await app.fairway(['watch', '--for', '1s']);
  await until(async () => (await app.fairway(['watch'])).document?.code === 'WATCHED');
  const collected = await app.fairway(['watch']);
  const wrong = await app.fairway(['watch', '--for', 'a while']);

  expect(byConfiguration).toMatchObject({ exitCode: 0, document: { outcome: 'running', code: 'WATCHING' } });
  expect(asked).toMatchObject({ exitCode: 0, document: { outcome: 'running', code: 'WATCHING' } });
  expect(collected).toMatchObject({ exitCode: 0, document: { outcome: 'ok', code: 'WATCHED' } });
  expect(collected.document?.result).toMatchObject({
    watch: { end: { message: expect.stringContaining('serves well') } },
  });
  expect(wrong).toMatchObject({ exitCode: 2, document: { code: 'BAD_DURATION' } });
});
