import { type Container, type Directory, dag, func, object } from '@dagger.io/dagger';

/** What a project adds to Fairway's functions: one word for its own way. */
@object()
export class Shop {
  private readonly base: Container | undefined;

  /** @param base Container for Fairway's commands instead of its own image. */
  constructor(base?: Container) {
    this.base = base;
  }

  /**
   * Build the image and test it as it will serve.
   *
   * @param source Folder with the Dockerfile.
   * @param command Program and arguments of the tests.
   * @param args Build arguments as NAME=VALUE.
   */
  @func()
  tested(source: Directory, command: string[], args: string[] = []): Container {
    const built = dag.fairway().build(source, { args });
    return dag.fairway().test(built, command);
  }

  /**
   * Say what a release would be, in one word.
   *
   * @param source Checkout with its .git.
   */
  @func({ cache: 'never' })
  async next(source: Directory): Promise<string> {
    const given = this.base === undefined ? {} : { base: this.base };
    return await dag.fairway(given).release(source, { dryRun: true }).outcome();
  }
}
