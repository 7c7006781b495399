/**
 * What to do instead of a statement that the release in service does not survive: add first, and take away only when
 * nothing of the old release runs any more.
 */
export function adviceFor(statement: string | null): string {
  const sql = (statement ?? '').replaceAll(/\s+/g, ' ').toUpperCase();
  const contract = 'and only in a later release, when nothing reads the old one any more,';
  if (/\bRENAME COLUMN\b|\bRENAME (?!TO\b)\S+ TO\b/.test(sql)) {
    return `Expand, then contract: add the new column beside the old one, let the new release write both, copy the old values over, ${contract} drop the old column.`;
  }
  if (/\bRENAME TO\b/.test(sql)) {
    return `Expand, then contract: keep the old name as a view of the renamed table (or make a new table and write to both), ${contract} drop the old name.`;
  }
  if (/\bDROP COLUMN\b|\bDROP TABLE\b|\bDROP VIEW\b/.test(sql)) {
    return `Expand, then contract: release the code that does without it first, ${contract} drop it in a migration of its own.`;
  }
  if (/\bNOT NULL\b/.test(sql)) {
    return 'Expand, then contract: give the column a default or let it be null, fill it, let the new release write it, and only in a later release make it NOT NULL.';
  }
  if (/\bTYPE\b|\bUSING\b/.test(sql)) {
    return `Expand, then contract: add a column of the new type, let the new release write both, copy the old values over, ${contract} drop the old column.`;
  }
  if (/\bUNIQUE\b|\bCHECK\b|\bFOREIGN KEY\b|\bREFERENCES\b|\bEXCLUDE\b/.test(sql)) {
    return 'Expand, then contract: release code that keeps to the new rule first, and add the constraint in the release after it.';
  }
  return 'Expand, then contract: change the schema so that the release in service keeps working, release the new code, and take the old away in a later release.';
}
