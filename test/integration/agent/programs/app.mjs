import { createServer } from 'node:http';

/** A release for the agent's tests: says its version; its environment says how it misbehaves. */
const version = process.env.FAIRWAY_VERSION ?? '?';
const failEvery = Number(process.env.FAIL_EVERY ?? 0);
let asked = 0;

if (process.env.EXIT_AT_ONCE === '1') {
  process.stdout.write('no configuration, giving up\n');
  process.exit(3);
}

const server = createServer((request, response) => {
  response.setHeader('x-version', version);
  if (request.url === '/ready') return response.writeHead(process.env.NEVER_READY === '1' ? 503 : 200).end(version);
  if (request.url === '/health') return response.writeHead(process.env.SICK === '1' ? 500 : 200).end(version);
  if (request.url === '/exit') return process.exit(1);
  asked += 1;
  response.writeHead(failEvery > 0 && asked % failEvery === 0 ? 500 : 200).end(version);
});

server.listen(Number(process.env.PORT), process.env.HOST, () =>
  process.stdout.write(`${version} listens on ${process.env.PORT}\n`),
);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
