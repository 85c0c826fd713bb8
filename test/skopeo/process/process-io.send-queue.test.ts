import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { unacknowledgedBytes } from '../../../src/skopeo/process/process-io.ts';
import { waitFor } from '../../support/wait-for.ts';

const SENT = Buffer.alloc(16 * 1024 * 1024);

test('what a reader leaves lying counts until it is taken', async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [reader] = await once(server, 'connection');
  const before = unacknowledgedBytes(process.pid);
  client.write(SENT);
  const full = await waitFor('a full queue', () => {
    const queued = unacknowledgedBytes(process.pid) ?? 0;
    return queued > 10_000 ? queued : undefined;
  });
  reader.resume();
  await waitFor('an empty queue', () => (unacknowledgedBytes(process.pid) ?? full) < 10_000);
  assert.equal(before, 0);
  client.destroy();
  reader.destroy();
  server.close();
});

test('a process that is gone has none to tell', () => {
  assert.equal(unacknowledgedBytes(2 ** 30), undefined);
});
