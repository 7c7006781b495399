import { expect, test } from 'vitest';
import { withPolicyOf } from '../../../src/config/policy.ts';

const base = {
  app: 'shop',
  deploy: { guard: { errorRate: '1%' } },
  environments: { production: { deploy: { hold: '10m' } }, staging: null },
};

test('what eases the judgement is taken from the base, everything else from the change', () => {
  const head = { ...base, app: 'store', build: { run: 'make' }, deploy: { guard: { errorRate: '100%' } } };
  expect(withPolicyOf(base, head)).toEqual({
    value: { ...base, app: 'store', build: { run: 'make' } },
    changed: ['deploy'],
  });
});

test('in every environment that the base knows, and when a section is new or gone', () => {
  const head = {
    app: 'shop',
    rehearsal: { database: null },
    environments: {
      production: { deploy: { hold: '0s' }, target: { type: 'process' } },
      fresh: { deploy: { hold: '1s' } },
    },
  };
  expect(withPolicyOf(base, head)).toEqual({
    value: {
      app: 'shop',
      deploy: { guard: { errorRate: '1%' } },
      environments: {
        production: { deploy: { hold: '10m' }, target: { type: 'process' } },
        fresh: { deploy: { hold: '1s' } },
      },
    },
    changed: ['deploy', 'rehearsal', 'environments.production.deploy'],
  });
});

test('a change that touches no policy is judged as it stands', () => {
  expect(withPolicyOf(base, base)).toEqual({ value: base, changed: [] });
});

test('a change brings no waivers, neither at the top nor in an environment of its own', () => {
  const waivers = { scan: { waivers: [{ id: 'CVE-2026-1' }] } };
  const head = { ...base, ...waivers, environments: { ...base.environments, mine: { ...waivers, target: {} } } };
  expect(withPolicyOf(base, head)).toEqual({
    value: { ...base, environments: { ...base.environments, mine: { target: {} } } },
    changed: ['scan', 'environments.mine.scan'],
  });
});
