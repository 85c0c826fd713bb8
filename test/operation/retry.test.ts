import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRetry } from '../../src/operation/retry.ts';
import { ERROR_TYPES, type ErrorType } from '../../src/tracking/vocabulary.ts';

const POLICY = { times: 3, delaySeconds: 2, maxDelaySeconds: 5 };

const kinds = (attempt: number): Record<string, string> =>
  Object.fromEntries(ERROR_TYPES.map((type) => [type, decideRetry(type, attempt, POLICY, 0.5).kind]));

test('what another try cannot mend is given up at once', () => {
  const given: ErrorType[] = [
    'unauthorized',
    'denied',
    'not_found',
    'policy_rejected',
    'usage',
    'disk_full',
    'canceled',
  ];
  for (const type of given) assert.equal(kinds(1)[type], 'give-up', type);
});

test('faults of the network and of servers are tried again, until the times are used up', () => {
  const retried: ErrorType[] = ['server_error', 'connection_lost', 'timeout', 'stalled', 'connection_refused', 'dns'];
  for (const type of retried) {
    assert.equal(kinds(3)[type], 'retry', type);
    assert.equal(kinds(4)[type], 'give-up', type);
  }
});

test('a damaged transfer is tried again once', () => {
  assert.equal(kinds(1).digest_mismatch, 'retry');
  assert.equal(kinds(2).digest_mismatch, 'give-up');
});

test('a limited rate pauses the registry, longer each time', () => {
  const delay = (attempt: number) => decideRetry('rate_limited', attempt, POLICY, 0);
  assert.deepEqual(delay(1), { kind: 'pause-registry', delaySeconds: 60 });
  assert.deepEqual(delay(3), { kind: 'pause-registry', delaySeconds: 240 });
});

test('a registry that says how long is taken at its word, and not waited for when it says too long', () => {
  const delay = (asked: number) => decideRetry('rate_limited', 2, POLICY, 0, asked);
  assert.deepEqual(delay(7), { kind: 'pause-registry', delaySeconds: 7 });
  assert.deepEqual(delay(900), { kind: 'pause-registry', delaySeconds: 900 });
  assert.deepEqual(delay(901), { kind: 'give-up' });
});

test('delays double up to their limit, and chance takes up to half of them away', () => {
  const delay = (attempt: number, random: number) => decideRetry('server_error', attempt, POLICY, random);
  assert.deepEqual(delay(1, 0), { kind: 'retry', delaySeconds: 1 });
  assert.deepEqual(delay(1, 1), { kind: 'retry', delaySeconds: 2 });
  assert.deepEqual(delay(2, 1), { kind: 'retry', delaySeconds: 4 });
  assert.deepEqual(delay(3, 1), { kind: 'retry', delaySeconds: 5 });
});

test('no times, no retry', () => {
  assert.equal(decideRetry('server_error', 1, { ...POLICY, times: 0 }, 0).kind, 'give-up');
});

test('without delays they are 1 s, 2 s, 4 s and at most a minute; a fixed one is kept, for limited rates too', () => {
  const delay = (policy: { times: number; delaySeconds?: number }, attempt: number, type: ErrorType = 'server_error') =>
    decideRetry(type, attempt, policy, 1);
  for (const [attempt, delaySeconds] of [
    [1, 1],
    [3, 4],
    [9, 60],
  ] as const)
    assert.deepEqual(delay({ times: 9 }, attempt), { kind: 'retry', delaySeconds });
  assert.deepEqual(delay({ times: 9, delaySeconds: 7 }, 4), { kind: 'retry', delaySeconds: 7 });
  assert.deepEqual(delay({ times: 9, delaySeconds: 7 }, 4, 'rate_limited'), {
    kind: 'pause-registry',
    delaySeconds: 7,
  });
});
