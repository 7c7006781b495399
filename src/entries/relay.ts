import { createConnection } from 'node:net';
import { noAgentThere, relayReady } from '../adapters/agent/container-place.ts';

/**
 * In the agent's container: passes what comes on stdin to the agent's socket, and its answers to stdout. Its first
 * line says that the agent took the connection.
 */

const [path = ''] = process.argv.slice(2);
const socket = createConnection(path);
let isConnected = false;
socket.once('connect', () => {
  isConnected = true;
  process.stdout.write(`${relayReady}\n`);
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
});
socket.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(isConnected ? 1 : noAgentThere);
});
socket.once('close', () => process.exit(0));
process.stdout.once('error', () => process.exit(0));
