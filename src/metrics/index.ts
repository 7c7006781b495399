import { z } from 'zod';
import { commandMetric } from './command.ts';
import { prometheus } from './prometheus.ts';
import type { MetricSource } from './source.ts';

/** The registry: a new source is one file and one line in each of these two. */
export const metricSources: readonly MetricSource[] = [prometheus, commandMetric] as unknown as readonly MetricSource[];

export const metricSchema = z.discriminatedUnion('type', [prometheus.schema, commandMetric.schema]);
