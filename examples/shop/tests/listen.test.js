import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { listen } from '../src/listen.js';

test('a stop finishes the request in flight, closes its connection and refuses new ones', async () => {
  let finish;
  const inFlight = new Promise((resolve) => {
    finish = resolve;
  });
  let arrived;
  const arrival = new Promise((resolve) => {
    arrived = resolve;
  });
  const server = await listen(
    async (_, response) => {
      arrived();
      await inFlight;
      response.end('done');
    },
    { host: '127.0.0.1', port: 0 },
  );
  const url = `http://127.0.0.1:${server.port}/`;
  const answer = fetch(url);
  await arrival;

  const stopped = server.stop(5000);
  await assert.rejects(fetch(url));
  finish();

  assert.equal(await (await answer).text(), 'done');
  await stopped;
});

test('a client that never finishes does not hold the stop up for ever', async () => {
  let arrived;
  const arrival = new Promise((resolve) => {
    arrived = resolve;
  });
  const server = await listen(() => arrived(), { host: '127.0.0.1', port: 0 });
  const hanging = request({ port: server.port }).on('error', () => {});
  hanging.end();
  await arrival;

  await server.stop(50);

  await assert.rejects(fetch(`http://127.0.0.1:${server.port}/`));
});

test('a taken port is an error and not a crash', async () => {
  const first = await listen(() => {}, { host: '127.0.0.1', port: 0 });

  await assert.rejects(
    listen(() => {}, { host: '127.0.0.1', port: first.port }),
    { code: 'EADDRINUSE' },
  );
  await first.stop(100);
});
