import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { systemHost } from '../../src/host/host.ts';
import { identifyProcess, isSameBoot } from '../../src/host/identity.ts';
import { createProcessTable } from '../../src/host/process-table.ts';
import { temporaryDirectory } from '../metrics/state/support/fixtures.ts';

test('identifies this process on Linux', { skip: process.platform !== 'linux' && 'needs procfs' }, () => {
  const { identity } = systemHost(systemClock);
  assert.equal(identity.pid, process.pid);
  assert.equal(identity.bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  assert.match(identity.pidNamespace, /^pid:\[\d+\]$/);
  assert.match(identity.host, /^[0-9a-f]{16}$/);
  assert.ok(identity.startTicks !== undefined);
});

test('does with less where there is no procfs', (t) => {
  const procDir = join(temporaryDirectory(t), 'none');
  const processes = createProcessTable({ procDir, probe: () => {} });
  const sources = { procDir, processes, machineIdPath: join(procDir, 'id'), hostname: 'mac', pid: 9, uid: 501 };
  const identity = identifyProcess({ ...sources, uptimeSeconds: 1000, wallMs: 1_700_000_000_000 });
  const { host, ...rest } = identity;
  assert.deepEqual(rest, { pid: 9, bootId: 'boot-time:1699999000', pidNamespace: '', uid: 501 });
  const other = identifyProcess({ ...sources, hostname: 'other', uptimeSeconds: 1000, wallMs: 1_700_000_000_000 });
  assert.notEqual(other.host, host);
});

test('a computed boot time may be corrected a little, a boot id is exact', () => {
  assert.equal(isSameBoot('boot-time:1000', 'boot-time:1030'), true);
  assert.equal(isSameBoot('boot-time:1000', 'boot-time:2000'), false);
  assert.equal(isSameBoot('a', 'a'), true);
  assert.equal(isSameBoot('a', 'b'), false);
});
