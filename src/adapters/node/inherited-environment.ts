import type { Environment } from './paths.ts';

const groups = {
  user: ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TERM', 'CI', 'SSH_AUTH_SOCK'],
  folders: ['TMPDIR', 'TMP', 'TEMP', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'],
  tools: [
    'JAVA_HOME',
    'GOROOT',
    'GOPATH',
    'CARGO_HOME',
    'RUSTUP_HOME',
    'PYENV_ROOT',
    'NVM_DIR',
    'PNPM_HOME',
    'DOTNET_ROOT',
  ],
  network: ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'FTP_PROXY'],
  certificates: [
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'NODE_EXTRA_CA_CERTS',
    'CURL_CA_BUNDLE',
    'REQUESTS_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'PIP_CERT',
    'AWS_CA_BUNDLE',
    'NIX_SSL_CERT_FILE',
  ],
};

const names: ReadonlySet<string> = new Set(Object.values(groups).flat());

/**
 * The part of an environment that commands inherit: what finds programs, the home, the language and the network.
 *
 * Everything else stays ours, so that a build depends on the configuration and sees no secret that it was not given.
 */
export function inheritedEnvironment(env: Environment): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (names.has(name) || name.startsWith('LC_') || /^[a-z]+_proxy$/.test(name)) inherited[name] = value;
  }
  return inherited;
}
