/** Who builds, as far as a machine can know it. */
export interface Builder {
  /** An address that names it. */
  readonly id: string;
  /** The page of this run; null where there is none. */
  readonly invocation: string | null;
  /** Of Fairway itself. */
  readonly version: string;
}

export interface BuildFacts {
  readonly app: string;
  readonly version: string;
  readonly commit: string;
  /** Where the repository is, without user and password; null without a remote. */
  readonly source: string | null;
  readonly engine: string;
  readonly commands: readonly (readonly string[])[];
  readonly dockerfile: string | null;
  readonly target: string | null;
  readonly platform: string | null;
  /** Never secrets. */
  readonly args: Readonly<Record<string, string>>;
  /** Names only: what they hold is nobody's business. */
  readonly secretNames: readonly string[];
  readonly epochSeconds: number;
  /** What was built, by every digest that it is known under: hex of SHA-256 by name. */
  readonly subjects: readonly { readonly name: string; readonly sha256: string }[];
  readonly layers: readonly { readonly digest: string; readonly sizeBytes: number; readonly step: string }[];
}

export const statementType = 'application/vnd.in-toto+json';
export const predicateType = 'https://slsa.dev/provenance/v1';

/** Who built what from what: SLSA v1 as a statement of in-toto, not signed. */
export function provenance(facts: BuildFacts, builder: Builder): object {
  const { app, version, commit, source, engine, commands, dockerfile, target, platform, args, secretNames } = facts;
  const git = { uri: source === null ? `urn:git:${commit}` : `git+${source}@${commit}`, digest: { gitCommit: commit } };
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: facts.subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType,
    predicate: {
      buildDefinition: {
        buildType: 'urn:fairway:build:v1',
        externalParameters: {
          app,
          version,
          source: git,
          commands,
          dockerfile,
          target,
          platform,
          args,
          secrets: secretNames,
        },
        internalParameters: { engine, sourceDateEpoch: facts.epochSeconds },
        resolvedDependencies: [git],
      },
      runDetails: {
        builder: { id: builder.id, version: { fairway: builder.version } },
        metadata: builder.invocation === null ? {} : { invocationId: builder.invocation },
        byproducts: [{ name: 'layers', mediaType: 'application/json', annotations: { layers: facts.layers } }],
      },
    },
  };
}

/** The layers that a statement of ours tells; null when it tells none. */
export function layersIn(statement: string): BuildFacts['layers'] | null {
  try {
    const { predicate } = JSON.parse(statement) as {
      predicate?: { runDetails?: { byproducts?: readonly Byproduct[] } };
    };
    const found = predicate?.runDetails?.byproducts?.find(({ name }) => name === 'layers')?.annotations?.layers;
    return Array.isArray(found) && found.length > 0 ? found : null;
  } catch {
    // Somebody else's, or half of one.
    return null;
  }
}

interface Byproduct {
  readonly name?: string;
  readonly annotations?: { readonly layers?: BuildFacts['layers'] };
}
