import { sha256 } from '../artifact/sha256.ts';

/** Where releases live, as far as names of containers, networks and images are made of it. */
export interface Place {
  /** A folder that no other place has. */
  readonly directory: string;
  readonly scope?: { readonly app: string; readonly environment: string };
}

const longestName = 120;

/** Equal for the same place, so that what a crash left is found again; different for two places of one engine. */
export function placeNames({ directory, scope }: Place) {
  const mark = sha256(new TextEncoder().encode(directory)).slice(0, 8);
  const owner = scope === undefined ? 'rehearsal' : `${scope.app}-${scope.environment}`;
  const repository = `fairway/${owner}-${mark}`;
  return {
    mark,
    network: `fairway-${owner}-${mark}`,
    repository,
    /** The name under which a prepared release's image is kept. */
    image: (releaseId: string) => `${repository}:${releaseId}`,
    container: (releaseId: string, process: string) =>
      `${`fairway-${owner}-${process}-${releaseId}`.slice(0, longestName)}-${mark}`,
    volume: (name: string) => `fairway-${owner}-${name}`,
  };
}

export const label = {
  app: 'fairway.app',
  environment: 'fairway.environment',
  release: 'fairway.release',
  process: 'fairway.process',
  artifact: 'fairway.artifact',
  place: 'fairway.place',
  hostPort: 'fairway.host-port',
  port: 'fairway.port',
  built: 'fairway.built',
} as const;
