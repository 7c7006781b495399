// The life of the HTTP server: start, and a stop that lets every request finish.
import { createServer } from 'node:http';

/** Listen; the answer's `stop` resolves when the last request was answered or the time is over. */
export async function listen(app, { host, port }) {
  let stopping = false;
  const open = new Set();
  const server = createServer((request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (stopping) lastOfItsConnection(response);
    void app(request, response);
  });
  // Longer than any proxy in front keeps an idle connection, so that it is never us who closes first.
  server.keepAliveTimeout = 65_000;
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return {
    port: server.address().port,
    stop: (timeoutMs) =>
      new Promise((resolve) => {
        stopping = true;
        for (const response of open) lastOfItsConnection(response);
        const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** A client that keeps its connection would send its next request to a server that is gone. */
function lastOfItsConnection(response) {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
