/** Applications that one HAProxy serves at most, and releases that one application has behind it at a time. */
export const appNames: readonly string[] = Array.from({ length: 16 }, (_, i) => `a${i + 1}`);
export const slotNames: readonly string[] = Array.from({ length: 8 }, (_, i) => `s${i + 1}`);

/** Maps of one application: what may change while it serves. */
export const mapNames = ['shares', 'releases', 'sticky', 'testers', 'settings', 'timeouts'] as const;
export type MapName = (typeof mapNames)[number];

/** One HAProxy has a port, so its port names its folder: whoever shares the port shares the proxy. */
export function haproxyFiles(runDirectory: string, port: number) {
  const folder = `${runDirectory}/haproxy-${port}`;
  return {
    folder,
    socket: `${folder}/admin.sock`,
    config: `${folder}/haproxy.cfg`,
    hop: `${folder}/hop.lua`,
    /** Which applications are behind it, and what each serves after a restart. */
    book: `${folder}/apps.json`,
    /** Which process it is. */
    process: `${folder}/process.json`,
    /** With what it was started. */
    record: `${folder}/started.json`,
    log: `${folder}/haproxy.log`,
    hosts: `${folder}/hosts.map`,
    certificates: `${folder}/tls`,
    certificateList: `${folder}/tls/list`,
    map: (app: string, name: MapName) => `${folder}/${app}/${name}.map`,
  };
}

export type HaproxyFiles = ReturnType<typeof haproxyFiles>;

/** GET and HEAD, and everything else: both are sent once, elsewhere when the release refuses the connection. */
export function backendNames(app: string): readonly [string, string] {
  return [app, `${app}-once`];
}
