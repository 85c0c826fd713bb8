import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { openHostPages, openServedHostPages } from '../../src/metrics/host-metrics.ts';
import { writerInfo } from './a-view.ts';
import { parseSamples } from './samples.ts';
import { completeRun, copies, temporaryLocation } from './state/support/fixtures.ts';

const REQUESTS = 'skopeo_wrapper_http_requests_total';
const SUCCESSES = 'skopeo_operations_total{operation="copy",status="success"}';

test('answers are counted by handler and status; scrapes start at zero', async (t) => {
  const { listener, onAnswer } = openServedHostPages({
    locations: [temporaryLocation(t)],
    clock: systemClock,
    info: writerInfo,
  });
  const requests = async () => [...parseSamples(await listener('text'))].filter(([key]) => key.startsWith(REQUESTS));
  assert.deepEqual(await requests(), [
    [`${REQUESTS}{code="200",handler="metrics"}`, 0],
    [`${REQUESTS}{code="503",handler="metrics"}`, 0],
  ]);
  onAnswer('metrics', 200);
  onAnswer('metrics', 200);
  onAnswer('other', 404);
  assert.deepEqual(await requests(), [
    [`${REQUESTS}{code="200",handler="metrics"}`, 2],
    [`${REQUESTS}{code="503",handler="metrics"}`, 0],
    [`${REQUESTS}{code="404",handler="other"}`, 1],
  ]);
});

test('metrics of the process and of requests are for the listener alone, and only of a process that stays', async (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(3));
  const options = { locations: [location], clock: systemClock, info: writerInfo };
  const served = openServedHostPages(options);
  const once = openHostPages(options);
  for (const format of ['text', 'openmetrics'] as const)
    assert.match(await served.listener(format), /^process_open_fds \d+\n(?:.*\n)*nodejs_version_info\{/m);
  assert.doesNotMatch(await served.listener('text'), /^nodejs_active_\w+_total/m);
  for (const page of [await once.listener('text'), await once.textfile(), await served.textfile()]) {
    assert.doesNotMatch(page, /process_|nodejs_|http_requests/);
    assert.equal(parseSamples(page).get(SUCCESSES), 3);
  }
});
