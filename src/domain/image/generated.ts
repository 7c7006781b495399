export type AppKind = 'node' | 'python' | 'plain';

export interface AppFacts {
  /** Names in the folder that the image is made of. */
  readonly names: readonly string[];
  /** Commands ran before and left what the application needs. */
  readonly isPrepared: boolean;
}

/** The Dockerfile for an application that has none: BASE_IMAGE names another base, and nothing of it runs as root. */
export function generatedDockerfile(kind: AppKind, { names, isPrepared }: AppFacts): string {
  const has = (name: string): boolean => names.includes(name);
  const lines = { node: nodeLines, python: pythonLines, plain: plainLines }[kind](has, isPrepared);
  return `${lines.join('\n')}\n`;
}

type Has = (name: string) => boolean;

function nodeLines(has: Has, isPrepared: boolean): readonly string[] {
  const lock = ['package-lock.json', 'npm-shrinkwrap.json'].find(has);
  const install = isPrepared || !has('package.json');
  return [
    'ARG BASE_IMAGE=node:24-slim',
    'FROM ${BASE_IMAGE}',
    'WORKDIR /app',
    'ENV NODE_ENV=production',
    ...(install
      ? []
      : [
          `COPY package.json ${lock ?? ''} ./`.replace('  ', ' '),
          `RUN npm ${lock === undefined ? 'install' : 'ci'} --omit=dev --no-audit --no-fund && rm -rf "$HOME/.npm"`,
        ]),
    'COPY . .',
    'USER 1000',
    'EXPOSE 8080',
    'CMD ["node", "."]',
  ];
}

function pythonLines(has: Has, isPrepared: boolean): readonly string[] {
  const usesUv = !isPrepared && has('uv.lock');
  const usesPip = !isPrepared && !usesUv && has('requirements.txt');
  return [
    'ARG BASE_IMAGE=python:3.13-slim',
    ...(usesUv ? ['ARG UV_IMAGE=ghcr.io/astral-sh/uv:0.9.5', 'FROM ${UV_IMAGE} AS uv'] : []),
    'FROM ${BASE_IMAGE}',
    'WORKDIR /app',
    'ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1',
    ...(usesUv
      ? [
          'COPY --from=uv /uv /usr/local/bin/uv',
          'COPY pyproject.toml uv.lock ./',
          'RUN uv sync --frozen --no-dev --no-install-project --no-cache',
        ]
      : []),
    ...(usesPip ? ['COPY requirements.txt ./', 'RUN pip install --no-cache-dir --no-compile -r requirements.txt'] : []),
    'COPY . .',
    ...(usesUv ? ['RUN uv sync --frozen --no-dev --no-cache', 'ENV PATH=/app/.venv/bin:$PATH'] : []),
    'USER 1000',
    'EXPOSE 8080',
    `CMD ["python", "${has('main.py') ? 'main.py' : 'app.py'}"]`,
  ];
}

function plainLines(): readonly string[] {
  return ['ARG BASE_IMAGE=busybox:1.37', 'FROM ${BASE_IMAGE}', 'WORKDIR /app', 'COPY . .', 'USER 65534', 'EXPOSE 8080'];
}
