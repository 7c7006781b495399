import type { PlainMap } from '../path.ts';

const install =
  'python3 -m pip install --quiet --disable-pip-version-check --no-compile --target packages --requirement requirements.txt';

/**
 * A Python project with requirements.txt, whose module `app` listens on PORT, and whose alembic.ini stands at the top.
 *
 * Packages lie beside the code: a virtual environment cannot be moved to where it runs.
 */
export const pythonAlembic: PlainMap = {
  build: { run: [install] },
  env: { PYTHONPATH: 'packages' },
  processes: { web: { command: 'python3 -m app', traffic: true } },
  migrations: {
    tool: 'alembic',
    directory: '.',
    program: 'python3 -m alembic',
    prepare: [install],
    env: { PYTHONPATH: 'packages' },
  },
  smoke: { checks: [{ type: 'page', path: '/' }] },
};
