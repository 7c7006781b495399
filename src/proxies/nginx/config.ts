import { accessFormat } from '../../domain/traffic/access-line.ts';
import type { Backend } from '../../domain/traffic/routing.ts';

export interface NginxSettings {
  readonly address: string;
  readonly port: number;
  readonly responseTimeoutMs: number;
  readonly releaseHeader: boolean;
}

/**
 * The whole configuration of one nginx for one application, paths relative to its folder.
 *
 * Which release a request goes to is decided by its id, which is random. Connections to releases are not kept, so
 * that those that are open are requests in flight.
 */
export function renderNginx(
  { address, port, responseTimeoutMs, releaseHeader }: NginxSettings,
  backends: readonly Backend[],
): string {
  const serving = backends.filter(({ weight }) => weight > 0);
  return `# Written by Fairway, which refuses to go on when somebody else has changed it.
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log error;
worker_shutdown_timeout 1h;
events {
  worker_connections 4096;
}
http {
${folders.map((name) => `  ${name}_temp_path temporary/${name};\n`).join('')}\
  log_format requests '${accessFormat}';
  access_log access.log requests;
  default_type text/plain;
  client_max_body_size 0;
  keepalive_timeout 75s;
  keepalive_requests 1000000;
  server_tokens off;
  map $http_upgrade $wanted_upgrade {
    default '';
    ~*^websocket$ websocket;
  }
  map $wanted_upgrade $wanted_connection {
    default close;
    websocket upgrade;
  }
  map $http_x_forwarded_proto $seen_proto {
    default $http_x_forwarded_proto;
    '' $scheme;
  }
  map $http_host $asked_host {
    default $http_host;
    '' '${address === '*' ? '127.0.0.1' : address}:${port}';
  }
  map $http_x_forwarded_host $seen_host {
    default $http_x_forwarded_host;
    '' $asked_host;
  }
${split(serving)}\
  map $place $release {
    default '-';
${serving.map(({ releaseId }, i) => `    r${i} '${releaseId}';\n`).join('')}\
  }
${serving.map(({ address: at }, i) => `  upstream r${i} {\n    server ${at} max_fails=0;\n  }\n`).join('')}\
  server {
    listen ${address === '*' ? '' : `${address}:`}${port};
    location / {
${serving.length === 0 ? "      return 503 'No release serves here yet.\\n';\n" : pass(responseTimeoutMs, releaseHeader)}\
    }
  }
}
`;
}

const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Two decimals of a percent is what nginx can tell apart; the last one gets what is left. */
function split(serving: readonly Backend[]): string {
  const total = serving.reduce((sum, { weight }) => sum + weight, 0);
  const lines = serving.map(({ weight }, i) =>
    i === serving.length - 1 ? `    * r${i};\n` : `    ${((weight / total) * 100).toFixed(2)}% r${i};\n`,
  );
  return `  split_clients $request_id $place {\n${serving.length === 0 ? "    * '';\n" : lines.join('')}  }\n`;
}

function pass(responseTimeoutMs: number, releaseHeader: boolean): string {
  const lines = [
    'proxy_pass http://$place',
    'proxy_http_version 1.1',
    'proxy_next_upstream off',
    'proxy_buffering off',
    'proxy_request_buffering off',
    'proxy_connect_timeout 5s',
    `proxy_read_timeout ${responseTimeoutMs}ms`,
    'proxy_set_header host $asked_host',
    'proxy_set_header connection $wanted_connection',
    'proxy_set_header upgrade $wanted_upgrade',
    'proxy_set_header x-forwarded-for $proxy_add_x_forwarded_for',
    'proxy_set_header x-forwarded-proto $seen_proto',
    'proxy_set_header x-forwarded-host $seen_host',
    ...(releaseHeader ? ['add_header x-fairway-release $release always'] : []),
  ];
  return lines.map((line) => `      ${line};\n`).join('');
}
