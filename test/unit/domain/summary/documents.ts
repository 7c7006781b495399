import type { FinalDocument } from '../../../../src/domain/report/final-document.ts';
import type { RolloutRecord } from '../../../../src/domain/rollout/messages.ts';
import type { RunEvent } from '../../../../src/ports.ts';

export const shipped: FinalDocument = {
  fairway: '1.0.0',
  command: 'ship',
  outcome: 'ok',
  code: 'RELEASED',
  exitCode: 0,
  durationMs: 61_000,
  stages: [{ name: 'build', outcome: 'ok', durationMs: 800 }],
  result: {
    release: { version: '1.4.0', commit: 'c'.repeat(40) },
    artifact: `directory:sha256:${'a'.repeat(64)}`,
    rehearsal: {
      rollback: 'proven',
      reason: 'the old release works on the new schema',
      migrations: [{ version: '0003', name: 'featured', durationMs: 12 }],
    },
    url: 'http://127.0.0.1:8080',
    tag: 'v1.4.0',
  },
};

const record = (seconds: number, weightPercent: number, more: Partial<RolloutRecord> = {}): RolloutRecord => ({
  seq: seconds,
  at: new Date(Date.UTC(2025, 0, 31, 12, 0, seconds)).toISOString(),
  rolloutId: 'r',
  kind: 'step',
  text: `1.4.0 gets ${weightPercent} % of the traffic`,
  weightPercent,
  requests: seconds * 10,
  errors: 0,
  ...more,
});

export const rolloutEvents: readonly RunEvent[] = [
  record(0, 5),
  record(5, 25),
  record(10, 100, {
    end: { outcome: 'ok', code: 'PROMOTED', message: '1.4.0 serves', durationMs: 10_000, holdMs: 9_000 },
  }),
].map((one) => ({ type: 'rollout', record: one, text: one.text }));

export const rolledBack: FinalDocument = {
  ...shipped,
  outcome: 'rolled-back',
  code: 'CANARY_ERROR_RATE',
  exitCode: 4,
  result: {
    release: shipped.result['release'],
    error: { message: '1.4.0: 20.0 % of 100 requests failed (limit 10 %)', hint: 'fairway logs 1.4.0' },
  },
};

export const rolledBackEvents: readonly RunEvent[] = [
  record(0, 5),
  record(5, 0, {
    requests: 100,
    errors: 20,
    text: 'all traffic back to 1.3.9',
    end: { outcome: 'rolled-back', code: 'CANARY_ERROR_RATE', message: 'back', durationMs: 5_000, holdMs: 1_000 },
  }),
].map((one) => ({ type: 'rollout', record: one, text: one.text }));
