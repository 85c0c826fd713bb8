import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { WrapperError } from '../../../src/errors/wrapper-error.ts';
import { bindAll } from '../../../src/metrics/listener/bind.ts';
import { freePort } from '../../support/free-port.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

const bindFor = async (t: TestContext, ...listen: { host: string; port: number }[]) => {
  const bound = await bindAll(() => createServer(), listen);
  t.after(() => bound.map(({ server }) => server.close()));
  return bound.map(({ address }) => address);
};

const takenPort = async (t: TestContext, host: string, wanted = 0): Promise<number> => {
  const server = createServer().listen(wanted, host);
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

describe('bindAll', () => {
  it('takes localhost for both loopback addresses, on one port', { skip: !hasIpv6 && 'no IPv6 here' }, async (t) => {
    const [ipv4, ipv6] = await bindFor(t, { host: 'localhost', port: 0 });
    assert.equal(ipv4?.host, '127.0.0.1');
    assert.deepEqual(ipv6, { host: '::1', port: ipv4?.port });
  });

  it('finds out the port of each address', async (t) => {
    const ports = (await bindFor(t, { host: '127.0.0.1', port: 0 }, { host: '127.0.0.2', port: 0 })).map((a) => a.port);
    assert.ok(ports.every((port) => port > 0));
  });

  it('says which port is busy and what to do, and leaves nothing open', async (t) => {
    const port = await takenPort(t, '127.0.0.1');
    const created: Server[] = [];
    const listen = [
      { host: '127.0.0.2', port: 0 },
      { host: 'localhost', port },
    ];
    const binding = bindAll(() => {
      const server = createServer();
      created.push(server);
      return server;
    }, listen);
    await assert.rejects(binding, (error) => {
      assert.ok(error instanceof WrapperError);
      assert.equal(error.message, `cannot listen on localhost:${port}: the port is already in use`);
      assert.match(error.next ?? '', /ss -ltnp/);
      assert.equal(error.exitCode, 69);
      return true;
    });
    assert.deepEqual(
      created.map(({ listening }) => listening),
      [false, false],
    );
  });

  it('refuses a port that is busy on ::1 alone', { skip: !hasIpv6 && 'no IPv6 here' }, async (t) => {
    const port = await takenPort(t, '::1', await freePort());
    await assert.rejects(
      bindAll(() => createServer(), [{ host: 'localhost', port }]),
      /already in use/,
    );
    await bindFor(t, { host: '127.0.0.1', port });
  });

  it('names an address that this machine does not have', async () => {
    await assert.rejects(
      bindAll(() => createServer(), [{ host: '192.0.2.1', port: 0 }]),
      /192\.0\.2\.1:0: this machine/,
    );
  });
});
