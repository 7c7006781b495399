/** What the proxy of one application and environment keeps on disk. */
export function proxyFiles(directory: string) {
  return {
    /** What it serves after its own restart. */
    state: `${directory}/proxy/state.json`,
    /** Which process it is. */
    process: `${directory}/proxy/process.json`,
    log: `${directory}/proxy/proxy.log`,
    folder: `${directory}/proxy`,
  };
}

/** One proxy has a port, so its port names its socket: who holds the port can be asked there. */
export function controlSocket(runDirectory: string, port: number): string {
  return `${runDirectory}/proxy-${port}.sock`;
}
