import { EnvironmentError } from '../../errors.ts';

/** A write that got no answer may have happened: the step looks again and goes on, this often. */
const attempts = 3;

/** Repeat what got no answer: every step begins by looking at what is there. */
export async function again<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      const isUnanswered = error instanceof EnvironmentError && error.code === 'FORGE_UNAVAILABLE';
      if (!isUnanswered || attempt >= attempts) throw error;
    }
  }
}
