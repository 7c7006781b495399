import { textOf } from '../../domain/migration/row.ts';
import type { SqlConnection } from '../../ports.ts';

/** What has rows or draws numbers, and can be made before everything that reads it. */
const kinds = [
  ['BASE TABLE', 'TABLE'],
  ['SEQUENCE', 'SEQUENCE'],
] as const;

/**
 * The schema of the database that is connected to, as a script that makes it again: tables, sequences, views,
 * routines and triggers. Read-only, and no row of a table is read.
 *
 * Who defined a view or a routine belongs to the server, and is left out.
 */
export async function readMariadbSchema(connection: SqlConnection): Promise<string> {
  await connection.query('SET SESSION TRANSACTION READ ONLY');
  const [here] = await connection.query('SELECT DATABASE() AS name');
  const own = `${quote(textOf(here, 'name'))}.`;
  const tables = await connection.query(
    'SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME',
  );
  const routines = await connection.query(
    'SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_NAME',
  );
  const triggers = await connection.query(
    'SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY TRIGGER_NAME',
  );
  const statements: string[] = ['SET foreign_key_checks = 0'];
  const show = async (what: string, name: string, column: string): Promise<void> => {
    const [row] = await connection.query(`SHOW CREATE ${what} ${quote(name)}`);
    const text = textOf(row, column);
    if (text !== '') statements.push(portable(text, own));
  };
  for (const [type, what] of kinds) {
    for (const row of tables) if (textOf(row, 'type') === type) await show(what, textOf(row, 'name'), 'Create Table');
  }
  for (const row of routines) {
    const isFunction = textOf(row, 'type') === 'FUNCTION';
    if (!isFunction && textOf(row, 'type') !== 'PROCEDURE') continue;
    const what = isFunction ? 'FUNCTION' : 'PROCEDURE';
    await show(what, textOf(row, 'name'), isFunction ? 'Create Function' : 'Create Procedure');
  }
  const views = tables.flatMap((row) => (textOf(row, 'type') === 'VIEW' ? [textOf(row, 'name')] : []));
  for (const name of await inOrder(views, connection)) await show('VIEW', name, 'Create View');
  for (const row of triggers) await show('TRIGGER', textOf(row, 'name'), 'SQL Original Statement');
  return ['DELIMITER $fairway$', ...statements.map((one) => `${one}\n$fairway$`), ''].join('\n');
}

/** Views that read others come after them. */
async function inOrder(views: readonly string[], connection: SqlConnection): Promise<readonly string[]> {
  const definitions = new Map<string, string>();
  const rows = await connection.query(
    'SELECT TABLE_NAME AS name, VIEW_DEFINITION AS definition FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()',
  );
  for (const row of rows) definitions.set(textOf(row, 'name'), textOf(row, 'definition'));
  const ordered: string[] = [];
  const left = [...views];
  while (left.length > 0) {
    const at = left.findIndex((view) =>
      left.every((other) => other === view || !(definitions.get(view) ?? '').includes(quote(other))),
    );
    ordered.push(...left.splice(Math.max(0, at), 1));
  }
  return ordered;
}

function portable(text: string, own: string): string {
  return text.replace(/\sDEFINER\s*=\s*`(?:[^`]|``)*`@`(?:[^`]|``)*`/, '').replaceAll(own, '');
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
