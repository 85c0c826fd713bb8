import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { closedPort } from './closed-port.ts';

test('a closed port refuses connections, and nobody can listen on it', async () => {
  await using port = await closedPort();
  const number = Number(port.host.split(':')[1]);
  await assert.rejects(once(connect(number, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  await assert.rejects(once(createServer().listen(number, '127.0.0.1'), 'listening'), { code: 'EADDRINUSE' });
});
