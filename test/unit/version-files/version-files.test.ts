import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { versionFiles } from '../../../src/version-files/index.ts';
import { fromPep440, toPep440 } from '../../../src/version-files/pep440.ts';
import type { VersionFileOptions } from '../../../src/version-files/version-file.ts';
import { readVersion, writeVersion } from '../../../src/version-files/version-file.ts';

const kind = (type: string) => {
  const file = versionFiles.find((one) => one.type === type);
  if (file === undefined) throw new Error(`no version file ${type}`);
  return file;
};

/** Real shapes of each kind; `@` stands for the version, everything else must stay byte by byte. */
const samples: readonly { type: string; name: string; text: string; options?: Partial<VersionFileOptions> }[] = [
  {
    type: 'package-json',
    name: 'tabs',
    text: '{\n\t"name": "x",\n\t"version": "@",\n\t"dependencies": { "y": "1.0.0" }\n}\n',
  },
  {
    type: 'package-json',
    name: 'one line, nested version before',
    text: '{"config":{"version":"9.9.9"},"version":"@","a":[{"version":"8"}]}',
  },
  {
    type: 'package-lock',
    name: 'both places, dependencies untouched',
    text: '{\n  "name": "x",\n  "version": "@",\n  "packages": {\n    "": { "name": "x", "version": "@" },\n    "node_modules/y": { "version": "1.0.0" }\n  }\n}\n',
  },
  {
    type: 'pyproject',
    name: 'project with comments',
    text: '[build-system]\nrequires = ["a>=1.0.0"]\n\n[project] # ours\nname = "x"\nversion = "@" # keep\ndescription = """\n[project]\nversion = "no"\n"""\n\n[tool.ruff]\ntarget-version = "py312"\n',
  },
  {
    type: 'pyproject',
    name: 'poetry with single quotes',
    text: "[tool.poetry]\nname = 'x'\nversion = '@'\n[tool.poetry.dependencies]\nversion = '3'\n",
  },
  {
    type: 'uv-lock',
    name: 'the package in this folder',
    text: 'version = 1\n\n[[package]]\nname = "a"\nversion = "2.0.0"\nsource = { registry = "r" }\n\n[[package]]\nname = "x"\nversion = "@"\nsource = { editable = "." }\n',
  },
  { type: 'python-module', name: 'with a type', text: 'import os\n\n__version__: str = "@"\nversion = "1"\n' },
  {
    type: 'cargo',
    name: 'package and dependencies',
    text: '[package]\nname = "x"\nversion = "@"\n\n[dependencies]\nserde = { version = "1.0" }\n\n[dependencies.tokio]\nversion = "1.2.3"\n',
  },
  {
    type: 'cargo-lock',
    name: 'only what has no source',
    text: 'version = 4\n\n[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry+x"\n\n[[package]]\nname = "x"\nversion = "@"\ndependencies = [\n "serde",\n]\n',
  },
  {
    type: 'chart',
    name: 'version and appVersion',
    text: 'apiVersion: v2\nname: x\nversion: @ # chart\nappVersion: "@"\ndependencies:\n  - name: y\n    version: 1.0.0\n',
  },
  {
    type: 'pom',
    name: 'not the parent, not a dependency',
    text: '<?xml version="1.0"?>\n<!-- <version>0</version> -->\n<project>\n  <parent><version>3.2.1</version></parent>\n  <version>@</version>\n  <dependencies><dependency><version>1.0</version></dependency></dependencies>\n</project>\n',
  },
  {
    type: 'csproj',
    name: 'property group',
    text: '<Project Sdk="a">\n  <PropertyGroup>\n    <Version>@</Version>\n  </PropertyGroup>\n  <ItemGroup><PackageReference Include="b" Version="1.0.0" /></ItemGroup>\n</Project>\n',
  },
  {
    type: 'marked',
    name: 'uses and image tags',
    text: 'Use 1.0.0 of it.\n- uses: o/n@v@ # fairway:version\nimage: o/n:@ <!-- fairway:version -->\n<!-- fairway:version-start -->\ndocker run o/n:@ now\n<!-- fairway:version-end -->\nimage: o/n:2.0.0\n',
  },
  {
    type: 'regex',
    name: 'one match',
    text: 'set(VERSION "@")\nset(OTHER "1.0.0")\n',
    options: { pattern: 'set\\(VERSION "(.*?)"\\)' },
  },
];

/** Written in the form of PEP 440. */
const isPython = new Set(['pyproject', 'uv-lock', 'python-module']);

const version = fc
  .tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.constantFrom('', '-alpha.3', '-rc.1', '-beta.12'))
  .map(([a, b, c, suffix]) => `${a}.${b}.${c}${suffix}`);

describe.each(samples)('$type: $name', ({ type, text, options = {} }) => {
  const file = kind(type);
  const all: VersionFileOptions = { path: type, ...options };

  test.each([
    ['unix line ends', (sample: string) => sample],
    ['windows line ends', (sample: string) => sample.replaceAll('\n', '\r\n')],
  ])('what is written is read again, and nothing else changes (%s)', (_, ends) => {
    fc.assert(
      fc.property(version, version, (before, after) => {
        const make = (value: string) => ends(text.replace(/@(?!v@)/g, value));
        const written = writeVersion(file, make(before), after, all);

        expect(written).toBe(make(isPython.has(type) ? toPep440(after) : after));
        expect(readVersion(file, written, all)).toBe(after);
      }),
      { numRuns: 40 },
    );
  });
});

test('a file without a version is said so, with the way out', () => {
  expect(() => writeVersion(kind('package-json'), '{ "name": "x" }', '1.0.0', { path: 'package.json' })).toThrow(
    'package.json carries no version that package-json could change.',
  );
});

test('a file with two versions is refused', () => {
  const text = '{ "version": "1.0.0", "packages": { "": { "version": "2.0.0" } } }';

  expect(() => readVersion(kind('package-lock'), text, { path: 'package-lock.json' })).toThrow(
    'package-lock.json says both 1.0.0 and 2.0.0.',
  );
});

test.each([
  ['nothing', 'VERSION = (x)', 'matches nothing'],
  ['two lines', 'a(\\d)', 'matches 2 times'],
  ['no group', 'b', 'has no group'],
  ['no expression', '(', 'is no regular expression'],
])('a pattern that matches %s is refused', (_, pattern, message) => {
  expect(() => kind('regex').places('a1\na2\nb', { path: 'f', pattern })).toThrow(message);
});

test('a version that is made by the build is left alone', () => {
  expect(kind('cargo').places('[package]\nversion.workspace = true\n', { path: 'Cargo.toml' })).toEqual([]);
  expect(kind('pyproject').places('[project]\ndynamic = ["version"]\n', { path: 'pyproject.toml' })).toEqual([]);
  expect(kind('pom').places('<project><version>${revision}</version></project>', { path: 'pom.xml' })).toEqual([]);
});

test('markers keep floating forms', () => {
  const text = '- uses: o/n@v1 # fairway:major\n- image: o/n:1.4 # fairway:minor\n';

  expect(writeVersion(kind('marked'), text, '2.5.1', { path: 'README.md' })).toBe(
    '- uses: o/n@v2 # fairway:major\n- image: o/n:2.5 # fairway:minor\n',
  );
});

test.each([
  ['package.json', 'package-json'],
  ['package-lock.json', 'package-lock'],
  ['pyproject.toml', 'pyproject'],
  ['uv.lock', 'uv-lock'],
  ['Cargo.toml', 'cargo'],
  ['Cargo.lock', 'cargo-lock'],
  ['Chart.yaml', 'chart'],
  ['pom.xml', 'pom'],
  ['App.csproj', 'csproj'],
])('%s is known by its name', (name, type) => {
  expect(versionFiles.filter((file) => file.recognises(name)).map((file) => file.type)).toEqual([type]);
});

describe('versions of Python packages', () => {
  test.each([
    ['1.2.0', '1.2.0'],
    ['1.2.0-alpha.1', '1.2.0a1'],
    ['1.2.0-beta.12', '1.2.0b12'],
    ['1.2.0-rc.3', '1.2.0rc3'],
    ['1.2.0-dev.4', '1.2.0.dev4'],
    ['1.2.0-beta.1+linux.5', '1.2.0b1+linux.5'],
    ['1.2.0-nightly', '1.2.0-nightly'],
  ])('%s is written %s and read again', (semantic, python) => {
    expect(toPep440(semantic)).toBe(python);
    expect(fromPep440(python)).toBe(semantic);
  });

  test('a project and its lock file agree, whichever form they had before', () => {
    const project = '[project]\nname = "x"\nversion = "1.2.0-beta.1"\n';
    const lock = '[[package]]\nname = "x"\nversion = "1.2.0b1"\nsource = { virtual = "." }\n';

    expect(readVersion(kind('pyproject'), project, { path: 'pyproject.toml' })).toBe('1.2.0-beta.1');
    expect(readVersion(kind('uv-lock'), lock, { path: 'uv.lock' })).toBe('1.2.0-beta.1');
    expect(writeVersion(kind('pyproject'), project, '1.2.0-beta.2', { path: 'pyproject.toml' })).toContain(
      'version = "1.2.0b2"',
    );
    expect(writeVersion(kind('uv-lock'), lock, '1.2.0-beta.2', { path: 'uv.lock' })).toContain('version = "1.2.0b2"');
  });
});
