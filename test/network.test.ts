import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';

const skip =
  process.env.SKOPEO_WRAPPER_TEST_NETWORK !== 'loopback' &&
  'npm test could not cut the network off: run it as root, or where users may have network namespaces';

test('no test can use a network: there is loopback alone', { skip }, async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  assert.deepEqual(
    addresses.filter(({ internal }) => !internal),
    [],
  );
  const socket = connect(80, '192.0.2.1'); // TEST-NET-1, RFC 5737
  await assert.rejects(once(socket, 'connect'), { code: 'ENETUNREACH' });
});
