import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { EnvironmentError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';

const host = '127.0.0.1';

/** A listener whose queue is full does not answer a connection, but it is there. */
const answerWithinMs = 1_000;

/** Ports of the loopback interface; one object never hands out the same free port twice within 1,000 calls. */
export function nodePorts(): Ports {
  const handedOut: number[] = [];
  return {
    async free() {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const port = await unusedPort();
        if (handedOut.includes(port)) continue;
        handedOut.push(port);
        if (handedOut.length > 1_000) handedOut.shift();
        return port;
      }
      throw new EnvironmentError('PORTS_EXHAUSTED', `no free port on ${host} in 100 attempts`, {
        hint: 'look at what listens on this machine: too few ports of the ephemeral range are left',
      });
    },
    isTaken,
  };
}

async function unusedPort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function isTaken(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(answerWithinMs, () => answer(true));
    socket.once('error', () => answer(false));
    // A connection to a port of the ephemeral range may meet itself when nobody listens.
    socket.once('connect', () => answer(socket.localPort !== port));
  });
}
