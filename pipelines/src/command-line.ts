import type { Container, Directory, File, Secret, Service } from '@dagger.io/dagger';

/** A value that the command gets in its environment, never on its command line. */
export interface NamedSecret {
  readonly name: string;
  readonly value: Secret;
}

export interface CommandRun {
  /** Has Node 24, git and ssh. */
  readonly base: Container;
  /** The folder with `cli.js`. */
  readonly toolkit: Directory;
  /** The checkout with its `.git`. */
  readonly source: Directory;
  readonly args: readonly string[];
  readonly secrets: readonly NamedSecret[];
  /** Files that the command reads, by the absolute path under which it finds them. */
  readonly files: Readonly<Record<string, File>>;
  /** By the host name under which the command finds them. */
  readonly services: Readonly<Record<string, Service>>;
  /** Differs in every call: layers are cached too, and an effect must happen each time. */
  readonly uniqueValue: string;
}

const document = '/fairway/result.json';
const state = '/fairway/state';

/**
 * The command line as the last exec of a container: behaviour and exit code are its own.
 *
 * A non-zero exit is an error of the graph, with which `dagger call` ends.
 */
export function commandRun(run: CommandRun): Container {
  const prepared = run.base
    .withDirectory('/fairway/toolkit', run.toolkit)
    .withDirectory('/app', run.source)
    .withWorkdir('/app')
    // Some commands keep nothing, and the folder is looked into whatever the command was.
    .withNewFile(`${state}/.fairway`, '');
  const filled = Object.entries(run.files).reduce(
    (container, [path, file]) => container.withFile(path, file),
    prepared,
  );
  const bound = Object.entries(run.services).reduce(
    (container, [name, service]) => container.withServiceBinding(name, service),
    filled,
  );
  return run.secrets
    .reduce((container, { name, value }) => container.withSecretVariable(name, value), bound)
    .withEnvVariable('CI', 'true')
    .withEnvVariable('FAIRWAY_STATE_DIR', state)
    .withEnvVariable('FAIRWAY_DAGGER_CALL', run.uniqueValue)
    .withExec(['node', '/fairway/toolkit/cli.js', ...run.args, '--json'], { redirectStdout: document });
}

/** The final document of the command. */
export function resultOf(container: Container): File {
  return container.file(document);
}

/** What the command kept about its run: at most one folder, `RUN/events.jsonl`. */
export function runsOf(container: Container): Directory {
  return container.directory(state);
}
