import { expect, test } from 'vitest';
import { readAlembicIni, withUrl } from '../../../../src/domain/migration/alembic-ini.ts';
import { readOffline } from '../../../../src/domain/migration/alembic-offline.ts';
import {
  headsOf,
  inOrder,
  readRevision,
  withAncestors,
  type Revision,
} from '../../../../src/domain/migration/alembic.ts';

const file = (id: string, down: string, body = 'pass'): Revision => {
  const text = `revision = "${id}"\ndown_revision = ${down}\n\ndef upgrade():\n    op.do()\n\ndef downgrade():\n    ${body}\n`;
  const found = readRevision(`versions/${id}_some_name.py`, text);
  if (found === null) throw new Error('not read');
  return found;
};

test.each([
  ['None', []],
  ["'aaa'", ['aaa']],
  ['"aaa"', ['aaa']],
  ["('aaa', 'bbb')", ['aaa', 'bbb']],
  ['(\n    "aaa",\n    "bbb",\n)', ['aaa', 'bbb']],
])('down_revision = %s is read without Python', (written, parents) => {
  expect(file('ccc', written)).toMatchObject({ id: 'ccc', parents, name: 'some_name' });
});

test('types beside the names, as newer templates have them, are no part of the value', () => {
  const text =
    "revision: str = 'abc'\ndown_revision: Union[str, Sequence[str], None] = 'older'\ndepends_on: Union[str, None] = 'x1'\n";

  expect(readRevision('versions/abc.py', text)).toMatchObject({
    id: 'abc',
    parents: ['older'],
    needs: ['x1'],
    name: '',
  });
  expect(readRevision('versions/__init__.py', '')).toBeNull();
});

test.each([
  ['pass', false],
  ['raise NotImplementedError', false],
  ['# nothing to do', false],
  ["op.drop_table('a')", true],
])('a downgrade of "%s" is a way back: %s', (body, hasDown) => {
  expect(file('aaa', 'None', body).hasDown).toBe(hasDown);
});

test('a merge changes nothing in either direction, and can be undone', () => {
  const text = "revision = 'm'\ndown_revision = ('a', 'b')\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n";

  expect(readRevision('versions/m.py', text)).toMatchObject({ hasDown: true });
});

test('parents come before their children, whatever their files are called; two ends are two heads', () => {
  const all = [file('a1', "'z9'"), file('b1', "'z9'"), file('z9', 'None')];

  expect(inOrder(all)?.map(({ id }) => id)).toEqual(['z9', 'a1', 'b1']);
  expect(headsOf(all).map(({ id }) => id)).toEqual(['a1', 'b1']);
  expect([...withAncestors(['b1'], all)].toSorted()).toEqual(['b1', 'z9']);
});

test('revisions that go in a circle have no order', () => {
  expect(inOrder([file('a1', "'b1'"), file('b1', "'a1'")])).toBeNull();
});

test('alembic.ini says where the revisions are and which driver its URL names', () => {
  const ini =
    '[alembic]\n# script_location = no\nscript_location = %(here)s/db/alembic\nsqlalchemy.url = postgresql+psycopg://u:p@h/d\n\n[loggers]\nscript_location = other\n';

  expect(readAlembicIni(ini)).toEqual({
    scriptLocation: 'db/alembic',
    versionLocations: ['db/alembic/versions'],
    urlScheme: 'postgresql+psycopg',
  });
  expect(readAlembicIni('[alembic]\nsqlalchemy.url = driver://user:pass@localhost/dbname\n')?.urlScheme).toBeNull();
  expect(readAlembicIni('[alembic]\nversion_locations = %(here)s/a %(here)s/b\n')?.versionLocations).toEqual([
    'a',
    'b',
  ]);
  expect(readAlembicIni('[other]\n')).toBeNull();
});

test('a URL takes the place of the one in alembic.ini, with each % doubled', () => {
  const text = withUrl('[alembic]\nscript_location = a\nsqlalchemy.url = old://x\n\n[loggers]\n', 'new://u:50%25@h/$&');

  expect(text).toBe('[alembic]\nsqlalchemy.url = new://u:50%%25@h/$&\nscript_location = a\n\n[loggers]\n');
});

test('what Alembic prints offline is cut into revisions, without the transactions around them', () => {
  const output = `BEGIN;

CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);

-- Running upgrade  -> aaa, first one

CREATE TABLE a (id INTEGER);

INSERT INTO alembic_version (version_num) VALUES ('aaa');

-- Running upgrade aaa -> bbb

ALTER TABLE a ADD COLUMN b INTEGER;

COMMIT;
`;

  expect(readOffline(output)).toEqual([
    {
      id: 'aaa',
      sql: "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);\n\n-- Running upgrade  -> aaa, first one\n\nCREATE TABLE a (id INTEGER);\n\nINSERT INTO alembic_version (version_num) VALUES ('aaa');",
    },
    { id: 'bbb', sql: '-- Running upgrade aaa -> bbb\n\nALTER TABLE a ADD COLUMN b INTEGER;' },
  ]);
  expect(readOffline('')).toEqual([]);
});
