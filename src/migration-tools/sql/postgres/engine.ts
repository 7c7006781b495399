import { textOf } from '../../../domain/migration/row.ts';
import type { SqlEngine } from '../engine.ts';
import { openJournal, readApplied } from './journal.ts';
import { hasTakenEffect, removeRemains } from './mend.ts';

export const postgresEngine: SqlEngine = {
  openJournal,
  readApplied,
  markBefore: async () => ({}),
  hasTakenEffect: async (statement, _before, connection) => await hasTakenEffect(statement, connection),
  removeRemains,
  async patiently(connection, work) {
    const [row] = await connection.query(`SELECT current_setting('lock_timeout') AS before`);
    await connection.query('SET lock_timeout = 0');
    try {
      return await work();
    } finally {
      const restore = `SELECT set_config('lock_timeout', $1, false)`;
      await connection.query(restore, [textOf(row, 'before')]).catch(() => undefined);
    }
  },
};
