import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { Connections } from '../../../src/metrics/listener/connections.ts';

let ports = 1;

const from = (remoteAddress: string): Socket =>
  Object.defineProperties(new Socket(), {
    remoteAddress: { value: remoteAddress },
    remotePort: { value: ports++ },
  });

const addFrom = (connections: Connections, ...addresses: readonly string[]): Socket[] =>
  addresses.map((address) => {
    const socket = from(address);
    connections.add(socket);
    return socket;
  });

const closed = (sockets: readonly Socket[]): number[] =>
  sockets.flatMap(({ destroyed }, at) => (destroyed ? [at] : []));

test('who comes when all places are taken gets that of the longest idle connection of the client with the most', () => {
  const connections = new Connections(6);
  const sockets = addFrom(
    connections,
    '10.0.0.1',
    '10.0.0.2',
    '10.0.0.1',
    '10.0.0.1',
    '10.0.0.3',
    '10.0.0.2',
    '10.0.0.4',
  );
  assert.deepEqual(closed(sockets), [0]);
});

test('a connection whose request is being answered is not closed; then it is the last in the row', () => {
  const connections = new Connections(4);
  const [first = assert.fail(), second = assert.fail()] = addFrom(connections, '10.0.0.1', '10.0.0.1');
  const request = connections.begin(first);
  assert.deepEqual(closed([first, second, ...addFrom(connections, '10.0.0.1')]), [1]);
  request.end();
  const third = addFrom(connections, '10.0.0.1');
  assert.equal(first.destroyed, false);
  assert.deepEqual(closed(third), []);
});

test('where every connection has a request there is no place', () => {
  const connections = new Connections(2);
  for (const socket of addFrom(connections, '10.0.0.1', '10.0.0.2')) connections.begin(socket);
  assert.deepEqual(closed(addFrom(connections, '10.0.0.3', '10.0.0.1')), [0, 1]);
});

test('the addresses of one IPv6 network are one client', () => {
  const connections = new Connections(4);
  const sockets = addFrom(
    connections,
    '2001:db8::1',
    '2001:db8:0:0:ffff::2',
    '2001:db8:0:0:5:6:7:8',
    '2001:db8:0:1::1',
  );
  assert.deepEqual(closed(sockets), [0]);
  assert.deepEqual(closed(addFrom(new Connections(4), '::ffff:10.0.0.1', '::ffff:10.0.0.2', '::ffff:10.0.0.3')), []);
});
