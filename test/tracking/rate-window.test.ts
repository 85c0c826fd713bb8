import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateWindow } from '../../src/tracking/rate-window.ts';

test('measures growth over the window that ends now', () => {
  const rate = new RateWindow(0, 60_000);
  for (let second = 1; second <= 230; second++) rate.add(second * 1000, Math.min(second, 200) * 100);
  assert.equal(Math.round(rate.perSecond(230_000, 20_000)), 50);
  assert.equal(rate.perSecond(260_000, 20_000), 0);
});

test('begins with the average since the start', () => {
  const rate = new RateWindow(1000);
  rate.add(2000, 500);
  assert.equal(rate.perSecond(3000, 1000), 500);
  assert.equal(rate.perSecond(1000, 0), 0);
});

test('a stall brings it to zero within the window', () => {
  const rate = new RateWindow(0, 60_000);
  rate.add(1000, 1_000_000);
  assert.ok(rate.perSecond(30_000, 1_000_000) > 0);
  assert.equal(rate.perSecond(62_000, 1_000_000), 0);
});
