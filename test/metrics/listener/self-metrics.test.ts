import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRequestCounter } from '../../../src/metrics/listener/self-metrics.ts';

it('counts by handler and code; scrapes start at zero', () => {
  const counter = createRequestCounter();
  assert.deepEqual(counter.counts(), [
    { handler: 'metrics', code: 200, count: 0 },
    { handler: 'metrics', code: 503, count: 0 },
  ]);
  counter.add('metrics', 200);
  counter.add('metrics', 200);
  counter.add('other', 404);
  assert.deepEqual(counter.counts(), [
    { handler: 'metrics', code: 200, count: 2 },
    { handler: 'metrics', code: 503, count: 0 },
    { handler: 'other', code: 404, count: 1 },
  ]);
});
