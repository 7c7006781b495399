/** The process is gone: nothing after this line happens, nothing is caught. */
export class Killed extends Error {}

/** Dies at the n-th call of anything that leaves the machine, before or after it happened. */
export function mortal<T extends object>(
  port: T,
  names: readonly string[],
  counter: { left: number; when: 'before' | 'after' },
): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || !names.includes(String(name))) return value;
      return async (...args: unknown[]) => {
        counter.left -= 1;
        if (counter.left === 0 && counter.when === 'before') throw new Killed();
        const result: unknown = await Reflect.apply(value, target, args);
        if (counter.left === 0) throw new Killed();
        return result;
      };
    },
  });
}
