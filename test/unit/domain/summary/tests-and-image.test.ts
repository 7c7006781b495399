import { expect, test } from 'vitest';
import { annotationsOf } from '../../../../src/domain/summary/annotations.ts';
import { pullRequestComment } from '../../../../src/domain/summary/comment.ts';
import { runFacts } from '../../../../src/domain/summary/facts.ts';
import { jobSummary } from '../../../../src/domain/summary/job-summary.ts';
import { shipped } from './documents.ts';

const failed = {
  name: 'an order is kept once',
  suite: 'orders',
  outcome: 'failed',
  durationMs: 3,
  file: 'src/orders.js',
  line: 42,
  message: 'expected 2 to be 1',
};
const document = {
  ...shipped,
  command: 'test',
  outcome: 'refused',
  code: 'TESTS_FAILED',
  result: {
    tests: {
      totals: { tests: 12, passed: 11, failed: 1, skipped: 0, durationMs: 40 },
      failed: [failed],
      coverage: { share: 0.876, lines: 1_000, covered: 876, worst: [] },
      missingCritical: [],
    },
    image: {
      manifestDigest: 'sha256:1',
      size: {
        sizeBytes: 130e6,
        beforeBytes: 110e6,
        layers: [
          { step: 'FROM', sizeBytes: 100e6, beforeBytes: 100e6, isSame: true },
          { step: 'COPY . .', sizeBytes: 30e6, beforeBytes: 10e6, isSame: false },
        ],
        gone: [],
        exceeded: null,
      },
      policy: [
        {
          rule: 'user',
          severity: 'warn',
          file: 'Dockerfile',
          line: 3,
          message: 'the image runs as root',
          mend: 'USER 1000',
        },
      ],
    },
  },
} as const;
const facts = runFacts(document, []);

test('the summary tells totals, coverage, failed tests with their places, and the layers that changed', () => {
  const page = jobSummary({ facts, events: [], report: null, runUrl: null });

  expect(page).toContain('### Tests: 11 of 12 passed, 1 failed, 0 skipped, 87.6 % of 1000 lines covered');
  expect(page).toContain('| orders &gt; an order is kept once | <code>src/orders.js:42</code> | expected 2 to be 1 |');
  expect(page).toContain('### Image: 130.0 MB, +20.0 MB against the last release');
  expect(page).toContain('| <code>COPY . .</code> | 30.0 MB | 10.0 MB |');
  expect(page).toContain('<code>Dockerfile:3</code> the image runs as root');
});

test('the comment on a pull request has both, too', () => {
  const comment = pullRequestComment(facts, [], { marker: '<!-- x -->', runUrl: null });

  expect(comment).toContain('87.6 % of 1000 lines covered');
  expect(comment).toContain('+20.0 MB against the last release');
});

test('failed tests and broken rules are remarks beside their lines', () => {
  expect(annotationsOf(facts, [])).toEqual([
    expect.objectContaining({
      level: 'error',
      title: 'Test failed: orders > an order is kept once',
      file: 'src/orders.js',
      line: 42,
    }),
    expect.objectContaining({ level: 'warning', title: 'Image', file: 'Dockerfile', line: 3 }),
  ]);
});
