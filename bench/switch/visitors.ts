/** People with an open WebSocket who say something all the time; `close` tells how many were cut off. */
export async function openVisitors(url: string, count: number): Promise<{ readonly close: () => Promise<number> }> {
  const address = `${url.replace('http', 'ws')}/ws`;
  const sockets = await Promise.all(Array.from({ length: count }, async () => await opened(address)));
  const broken = new Set<WebSocket>();
  let isOver = false;
  for (const socket of sockets) {
    socket.addEventListener('close', () => {
      if (!isOver) broken.add(socket);
    });
    socket.addEventListener('message', () => setTimeout(() => say(socket), 50));
    say(socket);
  }
  return {
    close: async () => {
      isOver = true;
      const closing = sockets.filter((socket) => socket.readyState !== WebSocket.CLOSED);
      await Promise.all(
        closing.map(
          async (socket) =>
            await new Promise<void>((resolve) => {
              socket.addEventListener('close', () => resolve());
              socket.close();
            }),
        ),
      );
      return broken.size;
    },
  };
}

function say(socket: WebSocket): void {
  if (socket.readyState === WebSocket.OPEN) socket.send('still here');
}

async function opened(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  return socket;
}
