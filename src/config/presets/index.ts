import type { PlainMap } from '../path.ts';
import { node } from './node.ts';
import { pythonAlembic } from './python-alembic.ts';
import { staticPages } from './static.ts';

/** What `extends:` may name: a file that lies below everything that fairway.yml says itself. */
export const presets = { node, 'python-alembic': pythonAlembic, static: staticPages } as const satisfies Readonly<
  Record<string, PlainMap>
>;

export const presetNames = Object.keys(presets) as [keyof typeof presets, ...(keyof typeof presets)[]];
