import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copy, type OperationEvent, SkopeoMetrics } from '../../src/index.ts';
import { readSamples } from '../support/exposition.ts';
import { writeProgram } from '../support/program.ts';
import { waitFor } from '../support/wait-for.ts';
import { openSetting } from './setting.ts';

const OPERATIONS = 'skopeo_operations_total';

test('a copy tells its events to a callback and to every loop, and resolves to its result', async () => {
  await using setting = await openSetting();
  const metrics = new SkopeoMetrics();
  const told: OperationEvent[] = [];
  const copying = copy({
    source: setting.image,
    destination: 'dir:copy',
    ...setting.options,
    metrics,
    onEvent: (event) => told.push(event),
  });
  const [first, second] = await Promise.all([Array.fromAsync(copying), Array.fromAsync(copying)]);
  const result = await copying.result;

  assert.equal(result.outcome, 'success', result.message);
  assert.equal(result.exitCode, 0);
  assert.equal(result.blobs.length, 3);
  assert.match(result.digest ?? '', /^sha256:[0-9a-f]{64}$/);
  assert.equal(told.at(0)?.type, 'operation-started');
  assert.deepEqual(told.at(-1), { type: 'operation-finished', result: { ...result } });
  assert.deepEqual(first, told);
  assert.deepEqual(second, told);
  assert.deepEqual(await Array.fromAsync(copying), [], 'a loop that comes too late ends at once');
  const samples = readSamples(await metrics.text());
  assert.equal(samples.sum(OPERATIONS, { operation: 'copy', status: 'success' }), 1);
  assert.equal(samples.sum('skopeo_transferred_bytes_total'), result.transferredBytes);
  assert.equal(samples.sum('skopeo_active_operations'), 0);
});

test('leaving the loop early lets the copy go on', async () => {
  await using setting = await openSetting();
  const copying = copy({ source: setting.image, destination: 'dir:copy', ...setting.options });
  for await (const _ of copying) break;
  assert.equal((await copying.result).outcome, 'success');
});

test('what skopeo refuses is a result with its class and what to do, counted', async () => {
  await using setting = await openSetting();
  const metrics = new SkopeoMetrics();
  const source = `oci:${setting.join('image')}:no-such-tag`;
  const result = await copy({ source, destination: 'dir:copy', ...setting.options, metrics }).result;
  assert.equal(result.outcome, 'error');
  assert.equal(result.errorType, 'not_found');
  assert.equal(result.exitCode, 1);
  assert.match(result.next ?? '', /Check that .*no-such-tag/);
  const samples = readSamples(await metrics.text());
  assert.equal(samples.sum('skopeo_operation_errors_total', { operation: 'copy', error_type: 'not_found' }), 1);
});

test('a missing skopeo is a result too, with events, counted', async () => {
  await using setting = await openSetting();
  const metrics = new SkopeoMetrics();
  const copying = copy({
    source: setting.image,
    destination: 'dir:copy',
    ...setting.options,
    skopeoPath: setting.join('no-skopeo'),
    metrics,
  });
  const types = (await Array.fromAsync(copying)).map(({ type }) => type);
  const result = await copying.result;
  assert.deepEqual(types, ['operation-started', 'operation-finished']);
  assert.equal(result.errorType, 'skopeo_missing');
  assert.equal(result.exitCode, 69);
  assert.match(result.message ?? '', /no-skopeo does not exist/);
  assert.match(result.next ?? '', /Install it/);
  const samples = readSamples(await metrics.text());
  assert.equal(samples.sum('skopeo_operation_errors_total', { error_type: 'skopeo_missing' }), 1);
  assert.equal(samples.sum('skopeo_source_operations_total', { source_type: 'oci' }), 1);
});

/** A program that is skopeo by its version and hangs otherwise. */
const hangingSkopeo = (path: string): string =>
  writeProgram(path, '[ "$1" = --version ] && echo skopeo version 1.9.3 && exit\nexec sleep 60');

test('an aborted signal ends skopeo; the result is an error of type canceled', async () => {
  await using setting = await openSetting();
  const metrics = new SkopeoMetrics();
  const controller = new AbortController();
  const copying = copy({
    source: setting.image,
    destination: 'dir:copy',
    ...setting.options,
    skopeoPath: hangingSkopeo(setting.join('skopeo')),
    metrics,
    signal: controller.signal,
  });
  const isActive = async () => readSamples(await metrics.text()).sum('skopeo_active_operations') === 1;
  await waitFor('the copy to be active', isActive);
  controller.abort();
  const { errorType } = await copying.result;
  assert.equal(errorType, 'canceled');
  assert.equal(await isActive(), false);
});

test('a signal that is aborted already lets nothing be copied', async () => {
  await using setting = await openSetting();
  const signal = AbortSignal.abort();
  const { errorType } = await copy({ source: setting.image, destination: 'dir:copy', ...setting.options, signal })
    .result;
  assert.equal(errorType, 'canceled');
});

test('time limits and retries are options', async () => {
  await using setting = await openSetting();
  const result = await copy({
    source: setting.image,
    destination: 'dir:copy',
    ...setting.options,
    skopeoPath: hangingSkopeo(setting.join('skopeo')),
    retry: { times: 1, delaySeconds: 0 },
    stallTimeoutSeconds: 0.1,
  }).result;
  assert.equal(result.errorType, 'stalled');
  assert.equal(result.attempts, 2);
  const limited = await copy({
    source: setting.image,
    destination: 'dir:copy',
    ...setting.options,
    skopeoPath: setting.join('skopeo'),
    timeoutSeconds: 0.1,
  }).result;
  assert.equal(limited.errorType, 'timeout');
});

test('what onEvent throws rejects the result', async () => {
  await using setting = await openSetting();
  const mistake = new TypeError('a mistake of the caller');
  const copying = copy({
    source: setting.image,
    destination: 'dir:copy',
    ...setting.options,
    onEvent: () => {
      throw mistake;
    },
  });
  await assert.rejects(copying.result, mistake);
});

test('options that cannot be right throw at once', () => {
  const good = { source: 'oci:a:b', destination: 'dir:c' };
  const usage = (message: RegExp) => ({ name: 'WrapperError', errorType: 'usage', message });
  assert.throws(() => copy({ ...good, source: '' }), usage(/source is missing/));
  assert.throws(() => copy({ ...good, timeoutSeconds: Number.NaN }), usage(/timeoutSeconds is NaN/));
  assert.throws(() => copy({ ...good, retry: { times: -1 } }), usage(/retry.times is -1/));
  assert.throws(() => copy({ ...good, heartbeatIntervalSeconds: 0 }), usage(/heartbeatIntervalSeconds is 0/));
  assert.throws(() => copy({ ...good, flags: ['--no-such-flag'] }), usage(/no-such-flag/));
  assert.throws(() => copy({ ...good, flags: ['--json'] }), usage(/--json belongs to the program/));
});
