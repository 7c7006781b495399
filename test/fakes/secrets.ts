import { ConfigError } from '../../src/errors.ts';
import type { Secrets } from '../../src/ports.ts';

/** Secrets by reference: `{ 'env:TOKEN': 'correct-horse' }`. */
export function fakeSecrets(values: Readonly<Record<string, string>> = {}): Secrets {
  return {
    async resolve(reference) {
      const value = values[reference];
      if (value === undefined) throw new ConfigError('SECRET_MISSING', `${reference} holds nothing`);
      return value;
    },
  };
}
