import { z } from 'zod';
import { dockerTarget } from './docker.ts';
import { processTarget } from './process.ts';
import type { TargetPlugin } from './target.ts';

/** The registry: a new target is one file and one line in each of these two. */
export const targets: readonly TargetPlugin[] = [processTarget, dockerTarget] as unknown as readonly TargetPlugin[];

export const targetSchema = z.discriminatedUnion('type', [processTarget.schema, dockerTarget.schema]);
