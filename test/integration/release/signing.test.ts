import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { planRelease, prepareRelease, publishRelease } from '../../../src/stages/release.ts';
import { needs } from '../../requirements.ts';
import { released, scene, settingsWith } from './scene.ts';

needs('ssh-keygen')(
  'where git signs, commit and tag are signed, and a second run takes the commit that is there',
  async () => {
    const one = await scene();
    try {
      const work = await released(one);
      const key = join(await one.folder('keys'), 'id');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
      for (const [name, value] of [
        ['gpg.format', 'ssh'],
        ['user.signingKey', `${key}.pub`],
        ['user.name', 'somebody'],
        ['user.email', 'somebody@example.invalid'],
        ['tag.gpgSign', 'true'],
        ['commit.gpgSign', 'true'],
      ] as const) {
        await work.git('config', name, value);
      }
      const settings = settingsWith();
      const repository = await work.open();
      const prepare = async () =>
        await prepareRelease(await planRelease(settings, {}, repository), settings, repository);

      const prepared = await prepare();
      expect((await prepare()).commit).toBe(prepared.commit);
      await publishRelease(prepared, settings, repository);

      expect(await one.remoteGit('cat-file', '-p', prepared.commit)).toContain('gpgsig -----BEGIN SSH SIGNATURE-----');
      expect(await one.remoteGit('cat-file', '-p', 'v1.1.0')).toContain('-----BEGIN SSH SIGNATURE-----');
      expect((await repository.commits([prepared.commit]))[0]?.authorName).toBe('somebody');
    } finally {
      await one.remove();
    }
  },
);
