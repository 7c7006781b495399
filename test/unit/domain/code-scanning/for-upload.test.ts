import { expect, test } from 'vitest';
import { forUpload } from '../../../../src/domain/code-scanning/for-upload.ts';

const at = (uri: string) => ({ physicalLocation: { artifactLocation: { uri }, region: { startLine: 2 } } });

test('paths begin at the top of the repository, findings without a place keep none, and each job has its category', () => {
  const sarif = JSON.stringify({ version: '2.1.0', runs: [{ results: [{ locations: [at('a%20b.sql')] }, {}] }] });

  expect(JSON.parse(forUpload(sarif, { prefix: 'apps/my shop/', category: 'fairway/apps/classify' }))).toEqual({
    version: '2.1.0',
    runs: [
      {
        automationDetails: { id: 'fairway/apps/classify/' },
        results: [{ locations: [at('apps/my%20shop/a%20b.sql')] }, {}],
      },
    ],
  });
});
