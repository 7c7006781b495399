const listens = '0A';

/** Ports on which something listens, from `/proc/<pid>/net/tcp` or `tcp6`: address and port in hex, then the state. */
export function listeningPorts(table: string): readonly number[] {
  const found = table.split('\n').flatMap((line) => {
    const [, port, state] = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    return port !== undefined && state === listens ? [Number.parseInt(port, 16)] : [];
  });
  return Array.from(new Set(found)).toSorted((a, b) => a - b);
}
