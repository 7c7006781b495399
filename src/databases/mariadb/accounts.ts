import { EnvironmentError } from '../../errors.ts';
import type { DatabaseRole } from '../database.ts';

/** The user that every MariaDB server of ours is administered with. */
export const administrator = 'fairway';

/**
 * MariaDB's log tells users and not applications: each name that somebody connects under gets an account of its own.
 */
export interface Accounts {
  /** Statements that make the accounts and leave nobody else in. */
  readonly statements: readonly string[];
  /** Throws EnvironmentError `MARIADB_FAILED` when more names were used than there are accounts. */
  userOf(applicationName: string, role: DatabaseRole): string;
  readonly applicationOf: (user: string) => string;
  /** Who may do everything in one database, and nothing outside of it. */
  readonly owners: readonly string[];
}

const perRole = 6;

export function accountsWith(password: string): Accounts {
  const names = (role: DatabaseRole): readonly string[] =>
    Array.from({ length: perRole }, (_, i) => `${role === 'owner' ? 'app' : 'super'}${i + 1}`);
  const owners = names('owner');
  const superusers = [administrator, ...names('superuser')];
  const given = new Map<string, { readonly user: string; readonly applicationName: string }>();
  const userOf = (applicationName: string, role: DatabaseRole): string => {
    const key = `${role} ${applicationName}`;
    const known = given.get(key)?.user;
    if (known !== undefined) return known;
    const taken = Array.from(given.values(), ({ user }) => user);
    const user = (role === 'owner' ? owners : superusers.slice(1)).find((one) => !taken.includes(one));
    if (user === undefined) {
      throw new EnvironmentError(
        'MARIADB_FAILED',
        `more than ${perRole} applications on one server that is thrown away`,
      );
    }
    given.set(key, { user, applicationName });
    return user;
  };
  return {
    owners,
    userOf: (applicationName, role) =>
      role === 'superuser' && applicationName === administrator ? administrator : userOf(applicationName, role),
    applicationOf: (user) => Array.from(given.values()).find((one) => one.user === user)?.applicationName ?? user,
    statements: [
      ...[...owners, ...superusers].map((user) => `CREATE USER ${user}@'127.0.0.1' IDENTIFIED BY '${password}';`),
      ...superusers.map((user) => `GRANT ALL ON *.* TO ${user}@'127.0.0.1' WITH GRANT OPTION;`),
      // To name who is in the way of a migration.
      ...owners.map((user) => `GRANT PROCESS ON *.* TO ${user}@'127.0.0.1';`),
      ...withoutRoot,
    ],
  };
}

export const withoutRoot: readonly string[] = [`DROP USER IF EXISTS root@localhost, root@'127.0.0.1', root@'::1';`];
