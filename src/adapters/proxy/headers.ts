import type { IncomingMessage } from 'node:http';

/** RFC 9110, 7.6.1: about one connection only. `transfer-encoding` stays: it says how long the body is. */
const hopByHop = ['connection', 'proxy-connection', 'keep-alive', 'te', 'upgrade', 'http2-settings'];

/** Make the headers of a request those that its release should see; an `Expect` was answered by our server. */
export function forwardRequestHeaders(request: IncomingMessage, options: { readonly isUpgrade: boolean }): void {
  const { headers, socket } = request;
  if (!options.isUpgrade) {
    for (const name of listed(headers.connection)) delete headers[name];
    for (const name of hopByHop) delete headers[name];
  }
  delete headers.expect;
  const before = headers['x-forwarded-for'];
  const client = socket.remoteAddress ?? 'unknown';
  headers['x-forwarded-for'] = before === undefined ? client : `${String(before)}, ${client}`;
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-host'] ??= headers.host ?? '';
  headers['x-forwarded-port'] ??= String(socket.localPort ?? '');
}

/** The answer keeps what is the release's, and says about the client's connection what the client asked for. */
export function forwardResponseHeaders(response: IncomingMessage, keepAlive: boolean): void {
  const { headers } = response;
  for (const name of listed(headers.connection)) delete headers[name];
  for (const name of hopByHop) delete headers[name];
  headers.connection = keepAlive ? 'keep-alive' : 'close';
}

/** Headers that `Connection` names belong to this connection too; those that say how long the body is never do. */
function listed(connection: string | undefined): readonly string[] {
  const names = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && !['transfer-encoding', 'content-length', 'host'].includes(name));
}
