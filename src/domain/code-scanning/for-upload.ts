import { sarifPath } from '../report/sarif-text.ts';

/** GitHub refuses more than 10 MB, packed; texts of ours pack to a tenth. */
export const longestSarif = 60_000_000;

/**
 * SARIF of ours as GitHub's code scanning takes it: paths from the top of the repository, and a category, so that
 * what is uploaded again takes the place of what was there.
 *
 * `prefix` is the folder of the project, with `/` at its end; empty at the top. Throws SyntaxError.
 */
export function forUpload(
  sarif: string,
  { prefix, category }: { readonly prefix: string; readonly category: string },
): string {
  const document = JSON.parse(sarif) as { readonly runs: readonly SarifRun[] };
  const runs = document.runs.map((run) => ({
    ...run,
    automationDetails: { id: `${category}/` },
    results: run.results.map((result) => ({
      ...result,
      ...(result.locations === undefined ? {} : { locations: result.locations.map((one) => moved(one, prefix)) }),
    })),
  }));
  return JSON.stringify({ ...document, runs });
}

interface SarifRun {
  readonly results: readonly { readonly locations?: readonly Location[] }[];
}

interface Location {
  readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
}

function moved({ physicalLocation, ...rest }: Location, prefix: string): Location {
  const { artifactLocation } = physicalLocation;
  const uri = `${sarifPath(prefix)}${artifactLocation.uri}`;
  return { ...rest, physicalLocation: { ...physicalLocation, artifactLocation: { ...artifactLocation, uri } } };
}
