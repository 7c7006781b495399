const listens = '0A';

/** 127.0.0.11, where the engine answers names for the containers of a network. */
const ownResolver = '0B00007F';

/** Ports on which something listens, from `/proc/<pid>/net/tcp` or `tcp6`: address and port in hex, then the state. */
export function listeningPorts(table: string): readonly number[] {
  const found = table.split('\n').flatMap((line) => {
    const [, address, port, state] =
      /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    if (port === undefined || state !== listens || address === ownResolver) return [];
    return [Number.parseInt(port, 16)];
  });
  return Array.from(new Set(found)).toSorted((a, b) => a - b);
}
