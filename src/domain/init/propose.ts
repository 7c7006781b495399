import { findMigrations } from './find-migrations.ts';
import { pythonProject } from './python.ts';

/** What a project shows of itself; deciders look at nothing else. */
export interface ProjectView {
  /** Name of its folder. */
  readonly folder: string;
  /** Paths from its top, with `/`; at most a few hundred. */
  readonly paths: readonly string[];
  /** Text of `package.json`, where there is one. */
  readonly packageJson: string | null;
}

/** One line of the proposed file, and why it stands there. */
export interface Choice {
  readonly what: string;
  readonly why: string;
}

export interface Proposal {
  readonly text: string;
  readonly choices: readonly Choice[];
}

/** Write a first fairway.yml for a project, and say why each part of it is there. */
export function proposeConfig(view: ProjectView): Proposal {
  const { paths } = view;
  const manifest = manifestOf(view.packageJson);
  const app = appName(manifest.name ?? view.folder);
  const choices: Choice[] = [
    { what: `app: ${app}`, why: manifest.name === null ? 'the name of the folder' : 'the name in package.json' },
  ];
  const parts: string[] = [`app: ${app}\n`];
  const because = (what: string, why: string): number => choices.push({ what, why });

  const isNode = view.packageJson !== null;
  const python = isNode ? null : pythonProject(paths);
  const isStatic = !isNode && python === null && (paths.includes('index.html') || paths.includes('public/index.html'));
  if (isNode) {
    const hasLock = paths.includes('package-lock.json');
    const install = hasLock ? 'npm ci' : 'npm install --no-save';
    because(
      install,
      hasLock ? 'there is a package-lock.json' : 'there is no package-lock.json: commit one, so that builds repeat',
    );
    const steps = [install, ...(manifest.scripts.includes('build') ? ['npm run build'] : [])];
    parts.push(`build:\n  run:\n${steps.map((step) => `    - ${step}\n`).join('')}`);
    if (manifest.scripts.includes('test')) {
      parts.push('test:\n  run: npm test\n');
      because('npm test', 'package.json has this script');
    }
    const start = startCommand(paths, manifest);
    parts.push(process(start.command));
    because(start.command, start.why);
  } else if (python !== null) {
    const [first = '', ...more] = python.install;
    because(first.split(' ').slice(0, 4).join(' '), python.installWhy);
    parts.push(`build:\n  run:\n${[first, ...more].map((step) => `    - ${step}\n`).join('')}`);
    parts.push('env:\n  PYTHONPATH: packages\n');
    because('PYTHONPATH: packages', 'packages lie beside the code: a virtual environment cannot be moved');
    parts.push(process(python.start.text));
    because(python.start.text, python.start.why);
  } else if (isStatic) {
    const folder = paths.includes('public/index.html') ? 'public' : '.';
    parts.push(process(`sh -c 'exec python3 -m http.server "$PORT" --bind 127.0.0.1 --directory ${folder}'`));
    because('python3 -m http.server', `${folder}/index.html is a page and nothing here serves it`);
  } else {
    parts.push(process('./start'));
    because(
      './start',
      'nothing here says how the application starts: put its command there; PORT says where to listen',
    );
  }

  const migrations = findMigrations(paths, python);
  if (migrations !== null) {
    parts.push(migrations.text);
    because(migrations.what, migrations.why);
  }
  parts.push('smoke:\n  checks:\n    - { type: http, path: / } # must answer 2xx before traffic comes\n');
  parts.push(
    'deploy:\n  steps: [5, 25, 50, 100] # percent of the traffic\n  hold: 1m # how long each step is watched\n',
  );
  because('5, 25, 50, 100 % of the traffic', 'a bad release is seen while few meet it');
  const database = migrations === null ? '' : '    database: { type: postgres, provider: embedded }\n';
  parts.push(
    `environments:\n  local:\n    target: { type: process }\n    proxy: { type: embedded, port: 8080 }\n${database}`,
  );
  because('environment local', 'processes on this machine behind an embedded proxy: to try it, without any server');
  return { text: parts.join('\n'), choices };
}

const process = (command: string): string => `processes:\n  web:\n    command: ${command}\n    traffic: true\n`;

interface Manifest {
  readonly name: string | null;
  readonly scripts: readonly string[];
  readonly main: string | null;
}

function manifestOf(text: string | null): Manifest {
  let value: unknown = null;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    // Its own tools will say what is wrong with it.
  }
  const { name, scripts, main } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return {
    name: typeof name === 'string' ? name : null,
    scripts: typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : [],
    main: typeof main === 'string' ? main : null,
  };
}

function startCommand(
  paths: readonly string[],
  { scripts, main }: Manifest,
): { readonly command: string; readonly why: string } {
  const known = [main, 'src/server.js', 'server.js', 'src/index.js', 'index.js', 'app.js'];
  const file = known.find((path) => path !== null && paths.includes(path) && /^[\w./-]+$/.test(path));
  if (file != null) return { command: `node ${file}`, why: 'started directly, it gets the signal to stop itself' };
  if (scripts.includes('start')) return { command: 'npm start', why: 'package.json has this script' };
  return { command: 'node server.js', why: 'nothing here says how it starts: correct it; PORT says where to listen' };
}

/** The name as `app` takes it: lower-case letters, digits and `-`. */
function appName(name: string): string {
  const plain = name
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return plain === '' ? 'app' : plain;
}
