import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import fc from 'fast-check';
import { DEFINITIONS } from '../../../src/metrics/contract.ts';
import { PAGE_FORMATS, renderPage } from '../../../src/metrics/registry/page.ts';
import { createRegistries } from '../../../src/metrics/registry/register-metrics.ts';
import type { MetricsView } from '../../../src/metrics/view.ts';
import { aView, liveEntry, pageOf, writerInfo } from '../a-view.ts';
import { missing, pipeThrough } from '../command.ts';
import { parseSamples } from '../samples.ts';

const TARGETS = ['listener', 'textfile'] as const;
const emptyView: MetricsView = { totals: { counters: {}, histograms: {} }, live: [], jobs: [] };
/** Counted by a listener itself. */
const REQUESTS = 'skopeo_wrapper_http_requests_total';

const namesOf = (page: string): string[] => [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);

test('every metric of the contract is shown where it belongs, in its order', async () => {
  for (const target of TARGETS) {
    const expected = [...DEFINITIONS].filter(([, { where }]) => where === 'both' || where === target);
    assert.deepEqual(
      namesOf(await pageOf(aView(), target)),
      expected.map(([name]) => name).filter((name) => name !== REQUESTS),
    );
  }
});

test('a page is made of one view', async () => {
  let views = 0;
  const view = async () => {
    views++;
    return aView();
  };
  const { shared, listener } = createRegistries({ view, info: writerInfo }, { wallMs: () => 0, monotonicMs: () => 0 });
  for (const format of PAGE_FORMATS) await renderPage([shared, listener], format);
  assert.equal(views, PAGE_FORMATS.length);
  await Promise.all([renderPage([shared], 'text'), listener.metrics()]);
  assert.equal(views, PAGE_FORMATS.length + 1);
});

test('a view that cannot be read is told to whoever wants a page', async () => {
  const view = () => Promise.reject(new Error('no state directory'));
  const { shared, listener } = createRegistries({ view, info: writerInfo }, { wallMs: () => 0, monotonicMs: () => 0 });
  for (const format of PAGE_FORMATS) await assert.rejects(renderPage([shared, listener], format), /no state directory/);
});

test('a page of nothing holds the zeros of closed label sets and who wrote it', async () => {
  const samples = parseSamples(await pageOf(emptyView, 'textfile'));
  assert.equal(samples.get('skopeo_operations_total{operation="sync",status="error"}'), 0);
  assert.equal(samples.get('skopeo_orphaned_operations_total{operation="copy"}'), 0);
  assert.equal(samples.get('skopeo_active_operations{operation="copy"}'), 0);
  assert.equal(samples.get('skopeo_binary_available{}'), 1);
  assert.equal(samples.get('skopeo_binary_info{version="1.9.3"}'), 1);
  assert.equal(samples.get('skopeo_wrapper_textfile_write_timestamp_seconds{}'), 1_700_000_100.5);
  assert.ok(![...samples.keys()].some((key) => key.startsWith('skopeo_wrapper_state')), 'no state directory, no state');
});

test('a missing skopeo is said so', async () => {
  const info = { ...writerInfo, binaryInfo: { available: false } };
  const samples = parseSamples(await pageOf(emptyView, 'textfile', 'text', info));
  assert.equal(samples.get('skopeo_binary_available{}'), 0);
  assert.ok(![...samples.keys()].some((key) => key.startsWith('skopeo_binary_info')));
});

test('the first failure of a job is an increase', async () => {
  const samples = parseSamples(await pageOf(aView(), 'textfile'));
  assert.equal(samples.get('skopeo_job_runs_total{job_name="nightly",status="success"}'), 3);
  assert.equal(samples.get('skopeo_job_runs_total{job_name="nightly",status="error"}'), 0);
});

test('histograms are cumulative and end in +Inf', async () => {
  const samples = parseSamples(await pageOf(aView(), 'listener'));
  const bucket = (le: string) => samples.get(`skopeo_operation_duration_seconds_bucket{le="${le}",operation="copy"}`);
  assert.deepEqual(['10', '30', '3600', 'Infinity'].map(bucket), [0, 1, 1, 2]);
  assert.equal(samples.get('skopeo_operation_duration_seconds_count{operation="copy"}'), 2);
  assert.equal(samples.get('skopeo_operation_duration_seconds_sum{operation="copy"}'), 4_012.5);
});

test('text, OpenMetrics, text: same names, same values', async () => {
  const text = await pageOf(aView(), 'listener');
  const openMetrics = await pageOf(aView(), 'listener', 'openmetrics');
  assert.equal(await pageOf(aView(), 'listener'), text);
  assert.deepEqual(parseSamples(openMetrics), parseSamples(text));
});

test('equal views give equal pages, in whatever order series came', async () => {
  const { totals } = aView();
  const reversed = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).toReversed());
  const counters = Object.fromEntries(
    Object.entries(totals.counters)
      .toReversed()
      .map(([name, series]) => [name, reversed(series)]),
  );
  const view = { ...aView(), totals: { counters, histograms: reversed(totals.histograms) } };
  for (const format of PAGE_FORMATS) {
    assert.equal(await pageOf(view, 'listener', format), await pageOf(aView(), 'listener', format));
  }
});

test('whatever a reference is called, the page has the same lines', async () => {
  const lines = (page: string) => page.split('\n').length;
  const plain = lines(await pageOf({ ...emptyView, live: [liveEntry()] }, 'listener'));
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (sourceShort) => {
      const page = await pageOf({ ...emptyView, live: [liveEntry({ sourceShort })] }, 'listener');
      assert.equal(lines(page), plain);
    }),
    { numRuns: 30 },
  );
});

test('promtool finds nothing to say', { skip: await missing('promtool', '--version') }, async () => {
  const hostile = { ...aView(), live: [liveEntry({ sourceShort: 'dir:a"b\\c\nd é' })] };
  for (const target of TARGETS) {
    for (const view of [emptyView, aView(), hostile]) {
      const page = await pageOf(view, target);
      assert.deepEqual(await pipeThrough(page, 'promtool', 'check', 'metrics'), {
        stdout: '',
        stderr: '',
        exitCode: 0,
      });
    }
  }
});

test("Prometheus' own parser takes the OpenMetrics page", {
  skip: await missing('promtool', '--version'),
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'openmetrics-'));
  try {
    const page = await pageOf(aView(), 'listener', 'openmetrics');
    // promtool imports samples into blocks, for which it wants timestamps.
    await writeFile(join(directory, 'page'), page.replaceAll(/^([^#\n].*)$/gm, '$1 1700000000'));
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', join(directory, 'page'), join(directory, 'blocks')];
    const { exitCode, all } = await execa('promtool', args, { reject: false, all: true });
    assert.equal(exitCode, 0, all);
    await mkdir(join(directory, 'blocks', 'wal'));
    await mkdir(join(directory, 'data')); // where newer ones copy the blocks to
    const dump = await execa('promtool', ['tsdb', 'dump', join(directory, 'blocks')], { cwd: directory, lines: true });
    assert.equal(dump.stdout.length, parseSamples(page).size);
  } finally {
    await rm(directory, { recursive: true });
  }
});

const STRICT_PARSER = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    print(family.name, family.type, family.unit, len(family.samples))
`;

test('the strict OpenMetrics parser takes the page and sees types and units', {
  skip: await missing('/usr/bin/python3', '-c', 'import prometheus_client.openmetrics.parser'),
}, async () => {
  for (const view of [emptyView, aView()]) {
    const page = await pageOf(view, 'listener', 'openmetrics');
    const { stdout, stderr, exitCode } = await pipeThrough(page, '/usr/bin/python3', '-c', STRICT_PARSER);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^skopeo_operations counter {2}16$/m);
    assert.match(stdout, /^skopeo_transferred_bytes counter bytes 8$/m);
  }
});
