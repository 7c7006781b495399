/** The engine's id of an image artifact: `image:sha256:...` -> `sha256:...`; null when it is none. */
export function imageId(artifact: string): string | null {
  return /^image:(sha256:[0-9a-f]{64})$/.exec(artifact)?.[1] ?? null;
}

export function imageArtifact(id: string): string {
  return `image:${id}`;
}
