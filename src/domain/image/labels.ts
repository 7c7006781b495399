export interface Labelled {
  readonly commit: string;
  readonly version: string;
  readonly sourceDateEpoch?: number | undefined;
}

/** The labels of the OCI image specification that every image of ours carries. */
export function imageLabels({ commit, version, sourceDateEpoch }: Labelled): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.version': version,
    ...(sourceDateEpoch === undefined
      ? {}
      : { 'org.opencontainers.image.created': new Date(sourceDateEpoch * 1_000).toISOString() }),
  };
}
