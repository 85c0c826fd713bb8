import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../src/host/loopback.ts';

test('only names and addresses of this machine are loopback', () => {
  const own = ['localhost', 'LocalHost', '127.0.0.1', '127.8.8.8', '::1', '[::1]', '0:0::1', '::ffff:127.0.0.1'];
  assert.deepEqual(own.filter(isLoopback), own);
  const others = [
    '127.evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '',
  ];
  assert.deepEqual(others.filter(isLoopback), []);
});
