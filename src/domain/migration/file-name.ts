/** What the name of a file says about it. */
export type FileName =
  | { readonly kind: 'script'; readonly version: string; readonly name: string; readonly direction: 'up' | 'down' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'other' };

/**
 * Read the name of a migration file.
 *
 * `0001_name.sql` with `0001_name.down.sql`, golang-migrate's `1_name.up.sql`, dbmate's `20260101120000_name.sql`,
 * Flyway's `V1.2__name.sql` with `U1.2__name.sql`, and its
 * `R__name.sql`, which is applied again whenever it changed. What is no `.sql` file is none of our business.
 */
export function readFileName(file: string): FileName {
  if (!file.toLowerCase().endsWith('.sql') || file.startsWith('.')) return { kind: 'other' };
  const flyway = /^([VU])(\d+(?:[._]\d+)*)__(.+)\.sql$/.exec(file);
  if (flyway !== null) {
    const [, letter, version = '', name = ''] = flyway;
    return { kind: 'script', version, name, direction: letter === 'V' ? 'up' : 'down' };
  }
  const repeatable = /^(R__[\w.-]{1,90})\.sql$/.exec(file)?.[1];
  if (repeatable !== undefined) return { kind: 'script', version: repeatable, name: '', direction: 'up' };
  if (file.startsWith('R__')) {
    return { kind: 'refused', reason: 'a repeatable migration is named R__ and up to 90 letters, digits, -, . and _' };
  }
  const numbered = /^(\d+)(?:[_-]+(.*?))?(?:\.(up|down))?\.sql$/.exec(file);
  if (numbered === null) {
    return { kind: 'refused', reason: 'the name must begin with a version, such as 0001_create_orders.sql' };
  }
  const [, version = '', name = '', direction] = numbered;
  return { kind: 'script', version, name, direction: direction === 'down' ? 'down' : 'up' };
}
