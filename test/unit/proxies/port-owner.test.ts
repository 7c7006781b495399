import { expect, test } from 'vitest';
import { listeningInode, portOwner } from '../../../src/proxies/embedded/port-owner.ts';
import { fakeFiles } from '../../fakes/files.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 777 1 0000000000000000
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 40213 1 0000000000000000
`;

test('the listener of a port is found among its connections', () => {
  expect(listeningInode(table, 8080)).toBe('40213');
  expect(listeningInode(table, 8081)).toBeNull();
  expect(listeningInode('', 8080)).toBeNull();
});

test('the process that holds the socket is named by its command', async () => {
  const files = fakeFiles({ '/proc/net/tcp': table, '/proc/42/cmdline': 'python3\0-m\0http.server\0' });
  files.link('/dev/null', '/proc/41/fd/0');
  files.link('socket:[40213]', '/proc/42/fd/7');

  expect(await portOwner(8080, files)).toBe('process 42 (python3 -m http.server)');
});

test('where the system does not tell, nobody is named', async () => {
  expect(await portOwner(8080, fakeFiles())).toBeNull();
  expect(await portOwner(8080, fakeFiles({ '/proc/net/tcp': table }))).toBeNull();
});
