import { expect, test } from 'vitest';
import { type Ended, type TinyApp, tinyApp } from './tiny-app.ts';
import { until } from './watching.ts';

/** A server that reads and writes one column of its table. */
const serverOf = (column: string): string => `
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
const { Pool } = createRequire(process.env.MODULES_FROM)('pg');
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', () => undefined);
const server = createServer(async (request, response) => {
  try {
    if (request.url === '/write') await pool.query("INSERT INTO people (${column}) VALUES ('bob@example.com')");
    const { rows } = await pool.query('SELECT ${column} FROM people ORDER BY id LIMIT 1');
    response.end(rows[0].${column});
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

const expand = `
ALTER TABLE people ADD email text;
CREATE FUNCTION same_email() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.email IS NULL THEN NEW.email := NEW.mail; ELSE NEW.mail := NEW.email; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER same_email BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION same_email();
UPDATE people SET email = mail;
`;
const contract = `-- fairway: contract
DROP TRIGGER same_email ON people;
DROP FUNCTION same_email();
ALTER TABLE people DROP COLUMN mail;
`;

/** The application that uses the old name, and after it the release that renames: 0.1.0 and 0.2.0. */
async function renaming(bake: string): Promise<{ readonly app: TinyApp; readonly renamed: Ended }> {
  const app = await tinyApp(
    {
      env: { MODULES_FROM: import.meta.filename },
      database: { type: 'postgres' },
      migrations: { directory: 'migrations' },
      smoke: {
        checks: [
          { type: 'http', path: '/' },
          { type: 'http', path: '/write' },
        ],
      },
      deploy: { steps: [100], lease: '10s', bake },
    },
    serverOf('mail'),
  );
  await app.write(
    'migrations/0001_people.sql',
    "CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text);\nINSERT INTO people (mail) VALUES ('ann@example.com');\n",
  );
  await app.commit('feat: people');
  const first = await app.fairway(['ship']);
  expect(first.exitCode, first.stderr).toBe(0);
  await app.write('migrations/0002_email_expand.sql', expand);
  await app.write('migrations/0003_email_contract.sql', contract);
  await app.write('server.js', serverOf('email'));
  await app.commit('feat: mail is called email');
  return { app, renamed: await app.fairway(['ship']) };
}

test('a column is renamed over three ships, and nobody goes back behind the point of no return', async () => {
  const { app: opened, renamed } = await renaming('100ms');
  await using app = opened;
  expect(renamed.exitCode, renamed.stderr).toBe(0);
  expect(renamed.document?.result).toMatchObject({
    rehearsal: { rollback: 'code-only', migrations: [{ version: '0002' }] },
  });
  expect(renamed.stderr).toContain('0003_email_contract is a contract step');
  await until(async () => (await stableOf(app))?.bakedAt != null);
  await app.write('migrations/0004_age.sql', 'ALTER TABLE people ADD age int;\n');
  await app.commit('feat: age');

  const planned = await app.fairway(['ship', '--dry-run']);
  const third = await app.fairway(['ship']);
  const open = await app.fairway(['rollback', '--dry-run']);
  const refused = await app.fairway(['rollback', '0.1.0']);
  const back = await app.fairway(['rollback']);
  const history = await app.fairway(['history']);

  expect(planned.document?.result).toMatchObject({ pendingMigrations: ['0003_email_contract', '0004_age'] });
  expect(third.exitCode, third.stderr).toBe(0);
  expect(open.document?.result).toMatchObject({ kept: ['0.2.0'] });
  expect(third.document?.result).toMatchObject({
    rehearsal: { rollback: 'code-only', migrations: [{ version: '0003' }, { version: '0004' }] },
  });
  expect(third.stderr).toContain('point of no return: 0003_email_contract; no way back to 0.1.0');
  expect(refused.exitCode, refused.stderr).toBe(3);
  expect(refused.document).toMatchObject({ code: 'PAST_NO_RETURN', outcome: 'refused' });
  expect(refused.stderr).toContain('0.1.0 needs what 0003_email_contract removed');
  expect(back.exitCode, back.stderr).toBe(0);
  expect(back.document?.result).toMatchObject({ release: { version: '0.2.0' } });
  expect(history.document?.result).toMatchObject({
    noReturns: [{ steps: [{ version: '0003' }], releases: ['0.1.0'], who: expect.stringMatching(/./) }],
  });
  expect(await (await fetch(`http://127.0.0.1:${app.port}/`)).text()).toBe('ann@example.com');
});

test('a contract step is refused before its release has baked, and applied on request afterwards', async () => {
  const { app: opened, renamed } = await renaming('1h');
  await using app = opened;
  expect(renamed.exitCode, renamed.stderr).toBe(0);

  const early = await app.fairway(['migrate', 'apply', '--contract']);
  const status = await app.fairway(['migrate', 'status']);
  const back = await app.fairway(['rollback']);

  expect(early.exitCode, early.stderr).toBe(3);
  expect(early.document?.code).toBe('CONTRACT_NOT_BAKED');
  expect(early.stderr).toContain('0.2.0 bakes until');
  expect(status.document?.result).toMatchObject({
    pending: ['0003_email_contract'],
    waiting: [{ migration: '0003_email_contract' }],
  });
  expect(back.exitCode, back.stderr).toBe(0);
  expect(back.document?.result).toMatchObject({ release: { version: '0.1.0' } });
});

test('when its release has baked, a contract step needs no further release', async () => {
  const { app: opened, renamed } = await renaming('100ms');
  await using app = opened;
  expect(renamed.exitCode, renamed.stderr).toBe(0);
  await until(async () => (await stableOf(app))?.bakedAt != null);

  const plain = await app.fairway(['migrate', 'apply']);
  const applied = await app.fairway(['migrate', 'apply', '--contract']);
  const status = await app.fairway(['status']);
  const refused = await app.fairway(['rollback']);

  expect(plain.document?.code).toBe('NOTHING_PENDING');
  expect(applied.exitCode, applied.stderr).toBe(0);
  expect(applied.document?.result).toMatchObject({ applied: [{ version: '0003' }] });
  expect(applied.document?.result).toMatchObject({
    measured: [
      { place: 'migrations/0003_email_contract.sql:2:1', isOver: false },
      { place: 'migrations/0003_email_contract.sql:3:1', isOver: false },
      { place: 'migrations/0003_email_contract.sql:4:1', isOver: false },
    ],
  });
  expect(applied.document?.stages.map(({ name }) => name)).toEqual(['backup', 'migrate']);
  expect(status.document?.result).toMatchObject({ noReturns: [{ releases: ['0.1.0'] }] });
  expect(status.stderr).toContain('no way back to 0.1.0');
  expect(refused.document).toMatchObject({ code: 'PAST_NO_RETURN', exitCode: 3 });
});

async function stableOf(app: TinyApp): Promise<{ readonly bakedAt: string | null } | null> {
  const { document } = await app.fairway(['status']);
  const result = document?.result as {
    releases?: readonly { readonly state: string; readonly bakedAt: string | null }[];
  } | null;
  return result?.releases?.find(({ state }) => state === 'stable') ?? null;
}
