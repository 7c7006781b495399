import { InternalError } from '../../../errors.ts';
import type { CommandBody } from '../command.ts';

export const run: CommandBody = () => Promise.reject(new InternalError('NOT_BUILT', 'fairway agent is not built yet.'));
