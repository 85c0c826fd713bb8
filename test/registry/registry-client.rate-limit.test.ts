import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullsLeft, retryAfterSeconds } from '../../src/registry/registry-client.ts';

test('what is left of an allowance is read, with or without its window', () => {
  assert.equal(pullsLeft({ 'ratelimit-remaining': '76;w=21600' }), 76);
  assert.equal(pullsLeft({ 'ratelimit-remaining': '0' }), 0);
  assert.equal(pullsLeft({ 'ratelimit-remaining': 'many' }), undefined);
  assert.equal(pullsLeft({}), undefined);
});

test('a registry asks to wait in seconds or until a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(retryAfterSeconds({ 'retry-after': '120' }, now), 120);
  assert.equal(retryAfterSeconds({ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, now), 60);
  assert.equal(retryAfterSeconds({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, now), 0);
  assert.equal(retryAfterSeconds({ 'retry-after': 'later' }, now), undefined);
  assert.equal(retryAfterSeconds({}, now), undefined);
});
