import { listed, review, type Rule } from '../rule.ts';

export const guardsRows: Rule = {
  id: 'row-security-or-trigger-off',
  title: 'Row security is switched on, or a trigger off',
  problem:
    'With row security and no fitting policy, a release that is not the owner sees no rows. A disabled trigger silently stops whatever it kept right.',
  instead:
    'Create the policies in the same transaction; switch triggers off for one session only (session_replication_role), if at all.',
  example: { given: 'CREATE TABLE books (id bigint PRIMARY KEY)', sql: 'ALTER TABLE books ENABLE ROW LEVEL SECURITY' },
  judge({ seen }) {
    const changed = seen.changes.flatMap((change) => {
      if (change.kind === 'row-security-enabled') return [`row security of ${change.table} is on`];
      return change.kind === 'trigger-disabled' ? [`trigger ${change.trigger} is off`] : [];
    });
    return changed.length === 0 ? null : review(`From now on ${listed(changed)}.`);
  },
  predict(action, { newTables }) {
    if (action.does !== 'enable-row-security' && action.does !== 'disable-trigger') return null;
    return newTables.has(action.table) ? null : review(`Switches row security or triggers of ${action.table}.`);
  },
};
