import { plainPath } from '../../domain/traffic/replay.ts';
import { requestFields } from '../../domain/traffic/request-line.ts';
import type { AppEntry, Book } from './book.ts';
import { appNames, backendNames, slotNames } from './layout.ts';

/** Where no release is: nothing is ever sent there, for the slot is in maintenance. */
const nowhere = '127.0.0.1:1';

/** One value per field of a line of the request log, in the order of `requestFields`. */
const logged: Readonly<Record<(typeof requestFields)[number], string>> = {
  sequence: '%rt',
  app: '%[var(txn.app)]',
  'chosen release': '%[var(txn.release)]',
  'chosen server': '%[var(txn.slot)]',
  'server that answered': '%s',
  'release of the detour': '%[var(txn.detour)]',
  status: '%ST',
  'how it ended': '%ts',
  microseconds: '%[date(0,us),sub(txn.begin)]',
  'replayable path': '%[var(txn.path)]',
};

export interface RenderOptions {
  readonly withLua: boolean;
  /** Places of applications, taken or free: a new one enters without a restart. */
  readonly places?: readonly string[];
}

/**
 * The whole configuration of one HAProxy, paths relative to its folder.
 *
 * All that changes while it serves is in maps and slots, so that this text changes only with its ports and with what
 * it must serve after a restart: the stable release of each application, and no other.
 */
export function renderConfig(book: Book, options: RenderOptions): string {
  const { address, port, tlsPort } = book;
  const binds = [`bind ${address}:${port}`];
  if (tlsPort !== null) binds.push(`bind ${address}:${tlsPort} ssl crt-list tls/list alpn h2,http/1.1`);
  return [
    '# Written by Fairway, which refuses to go on when somebody else has changed it.',
    section('global', [
      'stats socket unix@admin.sock mode 600 level admin',
      'stats timeout 1d',
      'nbthread 1',
      'hard-stop-after 30s',
      ...(tlsPort === null ? [] : ['ssl-default-bind-options ssl-min-ver TLSv1.2']),
      ...(options.withLua ? ['lua-load hop.lua'] : []),
    ]),
    section('ring requests', ['format raw', 'maxlen 1200', 'size 8388608']),
    section('defaults', [
      'mode http',
      'timeout connect 5s',
      'timeout client 60s',
      'timeout client-fin 30s',
      'timeout http-request 30s',
      'timeout http-keep-alive 75s',
      'timeout server 60s',
      'timeout tunnel 1h',
      'option http-keep-alive',
      'option forwardfor',
      'option abortonclose',
      ...pages,
    ]),
    section('frontend users', [
      ...binds,
      'log ring@requests local0',
      `log-format "${requestFields.map((field) => logged[field]).join(' ')}"`,
      'http-request set-var(txn.begin) date(0,us)',
      `http-request set-var(txn.path) path if { method GET } !{ req.hdr(cookie) -m found } !{ req.hdr(authorization) -m found } !{ req.hdr(upgrade) -m found } !{ query -m found } { path_len le 200 } { path_reg ${plainPath} }`,
      'http-request set-var(txn.app) str(*),map(hosts.map)',
      'http-request set-var(txn.app) req.hdr(host),field(1,:),lower,map(hosts.map) if { req.hdr(host),field(1,:),lower,map(hosts.map) -m found }',
      'http-request return status 503 content-type text/plain string "No application serves this host name here.\\n" if !{ var(txn.app) -m found }',
      ...(options.withLua ? ['http-request lua.strip_hop if { req.fhdr(connection) -m found }'] : []),
      'http-request del-header upgrade if { req.hdr(upgrade) -m found } !{ req.hdr(upgrade) -i websocket }',
      'http-request set-header x-forwarded-proto https if { ssl_fc }',
      'http-request set-header x-forwarded-proto http if !{ ssl_fc } !{ req.hdr(x-forwarded-proto) -m found }',
      'http-request set-header x-forwarded-host %[req.hdr(host)] if !{ req.hdr(x-forwarded-host) -m found }',
      'http-request set-header x-forwarded-port %[dst_port] if !{ req.hdr(x-forwarded-port) -m found }',
      'acl may-detour method GET HEAD',
      'acl upgrades req.hdr(upgrade) -m found',
      'use_backend %[var(txn.app)] if may-detour !upgrades',
      'use_backend %[var(txn.app)]-once',
    ]),
    ...(options.places ?? appNames).map((name) =>
      renderApp(name, book.apps.find((app) => app.name === name) ?? null, tlsPort),
    ),
  ].join('\n');
}

/** Two backends with the same servers; what a connection was refused to goes elsewhere from both. */
function renderApp(name: string, app: AppEntry | null, tlsPort: number | null): string {
  const rules = [
    ...redirect(name, tlsPort),
    `http-request return status 503 content-type "text/html; charset=utf-8" hdr retry-after 60 lf-string "%[str(page),map(${name}/settings.map)]" if { str(page),map(${name}/settings.map) -m found }`,
    `http-request set-var(txn.slot) rand(100),map(${name}/shares.map)`,
    `http-request set-var(txn.slot) req.cook(fairway-sticky),map(${name}/sticky.map) if { req.cook(fairway-sticky),map(${name}/sticky.map) -m found }`,
    `http-request set-var(txn.slot) req.cook(fairway-release),map(${name}/testers.map) if { req.cook(fairway-release),map(${name}/testers.map) -m found }`,
    `http-request set-var(txn.slot) req.hdr(x-fairway-release),map(${name}/testers.map) if { req.hdr(x-fairway-release),map(${name}/testers.map) -m found }`,
    'http-request return status 503 content-type text/plain string "No release serves here yet.\\n" if !{ var(txn.slot) -m found }',
    `http-request set-var(txn.release) var(txn.slot),map(${name}/releases.map),field(1,/)`,
    `http-request set-var(txn.detour) str(stable),map(${name}/settings.map)`,
    `http-request set-timeout server str(response),map_str_int(${name}/timeouts.map,60000)`,
    `http-request set-timeout tunnel str(tunnel),map_str_int(${name}/timeouts.map,3600000)`,
    'http-request del-header x-fairway-release',
    'http-response set-var(txn.served) srv_id',
    'http-response set-var(txn.answered) var(txn.release)',
    'http-response set-var(txn.answered) var(txn.detour) if !{ str(s),concat(,txn.served),strcmp(txn.slot) eq 0 }',
    `http-response set-header x-fairway-release %[var(txn.answered)] if { str(release-header),map(${name}/settings.map) -m found }`,
    `http-response add-header set-cookie "fairway-sticky=%[var(txn.answered)]; Path=/; HttpOnly; SameSite=Lax" if { str(sticky),map(${name}/settings.map) -m found }`,
    'use-server %[var(txn.slot)] if { var(txn.slot) -m found }',
  ];
  const stable = app?.stable ?? null;
  const servers = slotNames.map((slot) =>
    stable?.slot === slot ? `server ${slot} ${stable.address} weight 1` : `server ${slot} ${nowhere} weight 0 disabled`,
  );
  const [detouring, once] = backendNames(name);
  // Chosen by chance before the balancing, which is left with the stable release: the only way of a detour.
  // Only what was never sent goes elsewhere, so that a POST can't happen twice.
  const way = ['balance random(1)', 'retries 1', 'option redispatch 1', 'retry-on conn-failure'];
  return [
    section(`backend ${detouring}`, [...way, ...rules, ...servers]),
    section(`backend ${once}`, [...way, ...rules, ...servers]),
  ].join('\n');
}

/** Who asks for this machine itself asks for no name that a certificate could have. */
function redirect(name: string, tlsPort: number | null): readonly string[] {
  if (tlsPort === null) return [];
  const host = `%[req.hdr(host),field(1,:)]${tlsPort === 443 ? '' : `:${tlsPort}`}`;
  return [
    `http-request redirect code 308 location "https://${host}%[pathq]" if !{ ssl_fc } !{ path_beg /.well-known/acme-challenge/ } !{ req.hdr(host),field(1,:) -i 127.0.0.1 localhost } { str(redirect),map(${name}/settings.map) -m found }`,
  ];
}

const plain = 'content-type text/plain string';

/** A release that cannot be reached is a bad gateway, whatever HAProxy calls it. */
const pages: readonly string[] = [
  'errorfile 503 refused.http',
  `http-error status 502 ${plain} "The application ended the connection.\\n"`,
  `http-error status 504 ${plain} "The application did not answer in time.\\n"`,
];

const refused = 'The application does not answer.\n';

export const refusedPage = [
  'HTTP/1.1 502 Bad Gateway',
  `content-length: ${refused.length}`,
  'content-type: text/plain',
  '',
  refused,
].join('\r\n');

/** RFC 9110, 7.6.1: headers that `Connection` names belong to one connection only. */
export const hopScript = `core.register_action("strip_hop", { "http-req" }, function(txn)
  local lines = txn.http:req_get_headers()["connection"]
  if lines == nil then return end
  for i = 0, #lines do
    for name in string.gmatch(lines[i] or "", "[^,%s]+") do
      name = string.lower(name)
      if name ~= "upgrade" and name ~= "close" and name ~= "keep-alive" and name ~= "host"
        and name ~= "content-length" and name ~= "transfer-encoding" then
        txn.http:req_del_header(name)
      end
    end
  end
end, 0)
`;

function section(name: string, lines: readonly string[]): string {
  return `${name}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
