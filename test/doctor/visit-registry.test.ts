import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { checkClock } from '../../src/doctor/checks/clock.ts';
import { checkRegistry } from '../../src/doctor/checks/registry.ts';
import type { CheckFinding } from '../../src/doctor/finding.ts';
import { visitRegistry } from '../../src/doctor/visit-registry.ts';
import type { RegistryAccess } from '../../src/registry/access.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { closedPort } from '../support/closed-port.ts';
import { startProxy } from '../support/proxy.ts';
import { startRegistry } from '../support/registry.ts';

const visit = (registry: string, access: RegistryAccess, env = {}, clock = systemClock) =>
  visitRegistry(registry, access, {
    environment: { env, home: '/nonexistent', uid: 0, systemDirectory: '/nonexistent', redactor: new Redactor() },
    clock,
  });

const findingOf = async (registry: string, access: RegistryAccess = {}, env = {}): Promise<CheckFinding> =>
  checkRegistry(registry, await visit(registry, access, env));

test('a registry whose certificate is trusted is fine, one whose is not gets advice', async () => {
  await using registry = await startRegistry({ tls: true });
  const untrusted = await findingOf(registry.host);
  assert.equal(untrusted.status, 'error');
  assert.match(untrusted.next ?? '', /--cert-dir/);
  assert.equal((await findingOf(registry.host, { certDirectory: registry.certDir ?? '' })).status, 'ok');
});

test('a registry without encryption is found only if that is asked for', async () => {
  await using registry = await startRegistry();
  const { status, next } = await findingOf(registry.host);
  assert.equal(status, 'error');
  assert.match(next ?? '', /--tls-verify=false/);
  const insecure = await findingOf(registry.host, { tlsVerify: false });
  assert.equal(insecure.status, 'warning');
  assert.match(insecure.message, /without encryption/);
});

test('nobody there, no registry there, and a way that only skopeo goes are told apart', async () => {
  await using closed = await closedPort();
  const nobody = await findingOf(closed.host, { tlsVerify: false });
  assert.equal(nobody.status, 'error');
  assert.match(nobody.message, /ECONNREFUSED/);
  await using registry = await startRegistry();
  const notFound = { match: { path: /^\/v2\/$/ }, do: { answer: { status: 404 } } };
  await using proxy = await startProxy(registry, { rules: [notFound] });
  const pages = await findingOf(proxy.host, { tlsVerify: false });
  assert.match(pages.message, /\/v2\/ answers 404/);
  assert.match(pages.next ?? '', /web pages/);
  const proxied = await findingOf('registry.example', {}, { HTTPS_PROXY: 'http://proxy.example:3128' });
  assert.equal(proxied.status, 'warning');
  assert.match(proxied.message, /proxy/);
});

test('the clock is compared with that of the registry', async () => {
  await using registry = await startRegistry();
  const own = await visit(registry.host, { tlsVerify: false });
  assert.equal(checkClock(registry.host, own)[0]?.status, 'ok');
  assert.deepEqual(checkClock('gone.example', { kind: 'failed', reason: '' }), []);

  const date = new Date('2024-01-01T00:00:00Z');
  const headers = { date: date.toUTCString() };
  await using proxy = await startProxy(registry, { rules: [{ do: { headers } }] });
  const compare = async (offsetSeconds: number) => {
    const clock = { ...systemClock, wallMs: () => date.getTime() + offsetSeconds * 1000 };
    return checkClock(proxy.host, await visit(proxy.host, { tlsVerify: false }, {}, clock))[0];
  };
  assert.equal((await compare(50))?.status, 'ok');
  const [ahead, behind] = [await compare(120), await compare(-120)];
  assert.equal(ahead?.status, 'warning');
  assert.match(ahead?.message ?? '', /^the clock is 119 s ahead of that of /);
  assert.match(behind?.message ?? '', /^the clock is 120 s behind that of /);
  assert.match(behind?.next ?? '', /timedatectl/);
});
