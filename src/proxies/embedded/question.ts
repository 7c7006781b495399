import { EnvironmentError, InternalError } from '../../errors.ts';
import type { ProxyControl } from '../proxy.ts';
import type { Answer, Question } from './protocol.ts';

/** Each answer is a matter of milliseconds; one that takes longer comes from a process that hangs. */
const answerWithinMs = 2_000;

export interface Asker {
  readonly socket: string;
  /** Whose proxy is meant. */
  readonly directory: string;
  readonly control: ProxyControl;
}

/** Ask the proxy and take the value out of its answer. Throws EnvironmentError when it does not answer or is another. */
export async function ask({ socket, directory, control }: Asker, question: Question): Promise<unknown> {
  const patienceMs = question.type === 'drain' ? question.timeoutMs : 0;
  const answer = (await control.ask(socket, { directory, question }, answerWithinMs + patienceMs)) as Answer;
  if (answer.ok) return answer.value;
  const message = `the proxy on ${socket} refused: ${answer.reason}`;
  throw answer.code === 'OTHER_PROXY'
    ? new EnvironmentError(answer.code, message)
    : new InternalError(answer.code, message);
}
