/** One release of Dagger's command line. */
export interface DaggerRelease {
  /** SHA-256 of the archive, by platform as Node names it. */
  readonly archives: Readonly<Record<string, string>>;
  /** Digest of the engine's image, for all platforms. */
  readonly engine: string;
}

/** What the Action may download and run, from the release's own checksums: a new version is one line more. */
export const daggerReleases: Readonly<Record<string, DaggerRelease>> = {
  '0.21.8': {
    archives: {
      'linux-x64': '53e226c7da8fb75171e58c35759d736d961ce8b3a12db0baa7b7107954fccc5a',
      'linux-arm64': 'cd0df4885f2050082932b4abc5a6aad9a733f6aa4e7d8474740558517ffec4af',
      'win32-x64': '7452d17f7f6b01d409fe27b8fd1655162b5b4d2cd531c704f2373e62eba512d5',
    },
    engine: 'sha256:c9c1a0a6546380983d42e8d75adde070a2a0935c54b498d8bc9045d9cb2ee336',
  },
};
