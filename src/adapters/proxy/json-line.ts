import type { Socket } from 'node:net';

/** A question or an answer is never longer. */
const maxCharacters = 256 * 1024;

/** The first line that comes on a socket, as JSON. Rejects when the socket ends before, or what comes is no JSON. */
export async function readJsonLine(socket: Socket): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection ended before a whole line')));
    socket.on('data', (chunk) => {
      text += String(chunk);
      const end = text.indexOf('\n');
      if (end === -1 && text.length <= maxCharacters) return;
      try {
        resolve(JSON.parse(text.slice(0, end === -1 ? maxCharacters : end)));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
