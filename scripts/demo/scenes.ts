import { additiveFeature, faultyFix, renamedColumn } from './changes.ts';
import type { Ended } from './fairway.ts';
import type { ShopRepository } from './shop-repository.ts';

/** What users saw of the shop over some time. */
export interface Seen {
  readonly requests: number;
  /** Answers of 500 and above, and requests that got no answer. */
  readonly failed: number;
}

export interface SceneResult {
  readonly ended: Ended;
  /** While `fairway ship` ran. */
  readonly during: Seen;
  /** Right after it. */
  readonly after: Seen;
  readonly tags: readonly string[];
  readonly changelog: string;
  /** The version that the shop's /health tells, and the products that its API lists. */
  readonly serves: string;
  readonly products: readonly Readonly<Record<string, unknown>>[];
}

/** One thing that a scene promises, and whether it came true. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
  readonly saw: string;
}

export interface Scene {
  readonly title: string;
  /** Change the work tree and commit; the first scene ships what is there. */
  readonly prepare: (shop: ShopRepository) => Promise<void>;
  readonly claims: (result: SceneResult) => readonly Claim[];
}

/** Users may notice a bad canary, but only a handful of them. */
const handful = 12;

export const scenes: readonly Scene[] = [
  {
    title: 'the first deploy',
    prepare: () => Promise.resolve(),
    claims: (result) => [
      exits(0, result),
      tagged(['v1.0.0'], result),
      claim('the changelog has it', result.changelog.includes('1.0.0'), firstLine(result.changelog)),
      serves('1.0.0', result),
    ],
  },
  {
    title: 'a feature with a migration that only adds',
    prepare: additiveFeature,
    claims: (result) => [
      exits(0, result),
      tagged(['v1.0.0', 'v1.1.0'], result),
      serves('1.1.0', result),
      claim('the new column is in use', result.products[0]?.['featured'] === true, JSON.stringify(result.products[0])),
      nobodyNoticed(result),
    ],
  },
  {
    title: 'a fix that fails one request in five where no check looks',
    prepare: faultyFix,
    claims: (result) => [
      exits(4, result),
      tagged(['v1.0.0', 'v1.1.0'], result),
      serves('1.1.0', result),
      claim(
        `users saw errors, at most ${handful} of them`,
        result.during.failed >= 1 && result.during.failed <= handful,
        figures(result.during),
      ),
      claim('and none afterwards', result.after.requests > 0 && result.after.failed === 0, figures(result.after)),
    ],
  },
  {
    title: 'a migration that renames a column which the running release reads',
    prepare: renamedColumn,
    claims: (result) => [
      exits(3, result),
      tagged(['v1.0.0', 'v1.1.0'], result),
      serves('1.1.0', result),
      claim('the query that broke is named', /price_cents/.test(message(result)), message(result)),
      claim('and the release that sent it', message(result).includes('1.1.0'), message(result)),
      claim(
        'and what to do instead',
        /expand/i.test(message(result)) && /contract/i.test(message(result)),
        message(result),
      ),
      claim(
        'the column is still there',
        'priceCents' in (result.products[0] ?? {}),
        JSON.stringify(result.products[0]),
      ),
      nobodyNoticed(result),
    ],
  },
];

export const figures = (seen: Seen): string => `${seen.failed} of ${seen.requests} requests failed`;

const claim = (text: string, holds: boolean, saw: string): Claim => ({ text, holds, saw });

const exits = (code: number, { ended }: SceneResult): Claim =>
  claim(`exit code ${code}`, ended.exitCode === code && ended.document?.exitCode === code, String(ended.exitCode));

const tagged = (tags: readonly string[], result: SceneResult): Claim =>
  claim(`tags: ${tags.join(', ')}`, result.tags.join() === tags.join(), result.tags.join(', '));

const serves = (version: string, result: SceneResult): Claim =>
  claim(`${version} serves`, result.serves === version, result.serves);

const nobodyNoticed = ({ during, after }: SceneResult): Claim =>
  claim(
    'no request failed',
    during.requests > 0 && during.failed + after.failed === 0,
    `${figures(during)}, then ${figures(after)}`,
  );

const message = ({ ended }: SceneResult): string =>
  [ended.document?.result.error?.message, ended.document?.result.error?.hint]
    .filter((text) => text !== undefined)
    .join(' ');

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
