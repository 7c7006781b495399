/** A choice of how a Python project is built and started, with its reason. */
interface Chosen {
  readonly text: string;
  readonly why: string;
}

export interface PythonProject {
  /** Commands that lay all packages below `packages`; a virtual environment could not be moved. */
  readonly install: readonly string[];
  readonly installWhy: string;
  readonly start: Chosen;
}

const pip = 'python3 -m pip install --quiet --disable-pip-version-check --no-compile --target packages';

/** Null for what is no Python project. */
export function pythonProject(paths: readonly string[]): PythonProject | null {
  const has = (path: string): boolean => paths.includes(path);
  const start = startOf(has);
  if (has('uv.lock')) {
    const exported = 'uv export --quiet --frozen --no-dev --no-emit-project --output-file locked.txt';
    const installed = 'uv pip install --quiet --target packages --requirements locked.txt';
    return { install: [exported, installed], installWhy: 'there is a uv.lock', start };
  }
  if (has('requirements.txt')) {
    const install = [`${pip} --requirement requirements.txt`];
    return { install, installWhy: 'there is a requirements.txt: with exact versions, builds repeat', start };
  }
  if (!has('pyproject.toml')) return null;
  const installWhy =
    'there is a pyproject.toml and no lock that is known here: pin the versions, so that builds repeat';
  return { install: [`${pip} .`], installWhy, start };
}

function startOf(has: (path: string) => boolean): Chosen {
  if (has('app/__main__.py')) return { text: 'python3 -m app', why: 'app/__main__.py is what "python -m app" runs' };
  const file = ['app.py', 'main.py', 'server.py', 'src/app.py', 'src/main.py'].find((path) => has(path));
  if (file !== undefined)
    return { text: `python3 ${file}`, why: 'started directly, it gets the signal to stop itself' };
  if (has('manage.py')) {
    const text = `sh -c 'exec python3 manage.py runserver --noreload "127.0.0.1:$PORT"'`;
    return { text, why: "Django's own server, to try it: put the one of production there" };
  }
  return { text: 'python3 -m app', why: 'nothing here says how it starts: correct it; PORT says where to listen' };
}
