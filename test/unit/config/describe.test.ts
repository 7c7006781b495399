import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fileJsonSchema, type JsonSchema } from '../../../src/config/describe.ts';
import { loadText, smallestFile } from '../../../src/config/load.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';

const schema = fileJsonSchema();
const editor = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (text: string): boolean => editor.safeParse(parse(text)).success;

const everything = `app: shop
environment: staging
build: { run: [npm ci, [npm, run, build]], output: dist, timeout: 5m }
processes:
  web: { command: node server.js, traffic: true, ready: { path: /ready, timeout: 10s } }
target: { type: process }
proxy: { type: embedded, port: 8081 }
database: { type: postgres }
migrations: { directory: db }
smoke: { checks: [{ type: http, path: /health }] }
deploy: { steps: [10, { weight: 50, hold: 5s }, 100], guard: { errorRate: 5% } }
environments:
  staging: { migrations: null, processes: { web: { env: { A: 1 } } } }
  production: { proxy: { port: 80 }, deploy: { guard: { minRequests: 50 } } }
  preview:
`;

describe('the JSON Schema for editors', () => {
  test.each([
    ['the smallest file', smallestFile],
    ['a full one with partial overlays', everything],
  ])('accepts %s, as Fairway does', (_, text) => {
    expect(accepts(text)).toBe(true);
    expect(resolveConfig(loadText(text, 'fairway.yml'), null).config.app).toBe('shop');
  });

  test.each([
    'processes: {}',
    'app: Shop',
    'app: shop\nbuid: {}',
    'app: shop\nbuild: { timeout: 30 }',
    'app: shop\ndeploy: { strategy: canry }',
    'app: shop\nenvironments: { production: { tes: {} } }',
    'app: shop\nenvironments: { production: { deploy: { hold: 5 } } }',
    'app: shop\nenvironments: { production: { app: other } }',
  ])('refuses %j, as Fairway does', (text) => {
    expect(accepts(text)).toBe(false);
    expect(() => resolveConfig(loadText(text, 'fairway.yml'), null)).toThrow(/has a problem/);
  });

  test('describes every section, and shows defaults as they are written', () => {
    const { $schema: _, ...sections } = schema.properties ?? {};
    expect(Object.entries(sections).filter(([, section]) => section.description === undefined)).toEqual([]);
    const deploy = sections['deploy']?.properties as Readonly<Record<string, JsonSchema>>;
    expect(deploy['lease']?.default).toBe('30s');
  });

  test('needs nothing and proposes nothing in an overlay', () => {
    const overlay = schema.properties?.['environments']?.additionalProperties as JsonSchema;
    expect(overlay.properties?.['processes']?.additionalProperties).not.toHaveProperty('required');
    expect(overlay.properties?.['deploy']).not.toHaveProperty('default');
  });
});
