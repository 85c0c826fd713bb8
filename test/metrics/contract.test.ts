import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { collectTotals } from '../../src/metrics/collected-totals.ts';
import { isClosed, isLabelValue, JOB_NAME, REGISTRY } from '../../src/metrics/contract/definition.ts';
import { DEFINITIONS, HISTOGRAMS, type LabelsOf, TOTALS_COUNTERS } from '../../src/metrics/contract.ts';

const GOLDEN = new URL('../fixtures/metrics/contract.json', import.meta.url);

test('names, types, help texts, labels and buckets are frozen', async () => {
  const frozen = JSON.parse(await readFile(GOLDEN, 'utf8'));
  const now = [...DEFINITIONS].map(([name, { type, help, labels, merge, where, zeroInitialised, buckets }]) => ({
    name,
    type,
    help,
    labels: Object.keys(labels),
    merge,
    where,
    ...(zeroInitialised === undefined ? {} : { zeroInitialised }),
    ...(buckets === undefined ? {} : { buckets }),
  }));
  assert.deepEqual(now, frozen, 'a changed row breaks queries: change test/fixtures/metrics/contract.json by hand');
});

test('names follow the rules of Prometheus', () => {
  for (const [name, { type, labels, buckets, zeroInitialised }] of DEFINITIONS) {
    assert.match(name, /^skopeo_[a-z_]+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.equal(buckets !== undefined, type === 'histogram', name);
    for (const label of Object.keys(labels)) {
      assert.match(label, /^[a-z_]+$/);
      assert.ok(!['job', 'instance', 'le', 'quantile', 'service', 'environment', 'region', 'cluster'].includes(label));
    }
    if (zeroInitialised) assert.ok(Object.values(labels).every(isClosed), `${name} has an open label`);
  }
});

test('buckets rise', () => {
  for (const { buckets } of HISTOGRAMS.values()) {
    assert.deepEqual(
      buckets,
      buckets.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(buckets).size, buckets.length);
  }
});

test('what belongs to one reader or listener is not added up', () => {
  assert.ok(TOTALS_COUNTERS.has('skopeo_job_runs_total'));
  assert.ok(!TOTALS_COUNTERS.has('skopeo_wrapper_state_errors_total'));
  assert.ok(!TOTALS_COUNTERS.has('skopeo_wrapper_http_requests_total'));
});

test('open labels take hosts and job names and nothing else', () => {
  for (const host of ['docker.io', 'reg.example:5000', 'localhost', '[::1]:5000', '_other', '10.0.0.1']) {
    assert.ok(isLabelValue(REGISTRY, host), host);
  }
  for (const host of ['', 'user:pass@reg', 'reg/repo', '__proto__', 'a b', 'Reg', 'x'.repeat(300)]) {
    assert.ok(!isLabelValue(REGISTRY, host), host);
  }
  assert.ok(isLabelValue(JOB_NAME, 'Nightly_mirror-1.2'));
  assert.ok(!isLabelValue(JOB_NAME, 'x'.repeat(65)));
});

test('a wrong name or label does not compile', () => {
  const sink = collectTotals();
  const copied: LabelsOf<'skopeo_blobs_total'> = { operation: 'copy', outcome: 'copied' };
  sink.count('skopeo_blobs_total', copied);
  // @ts-expect-error no such metric
  assert.throws(() => sink.count('skopeo_blob_total', copied));
  // @ts-expect-error images may be unchanged, blobs not
  sink.count('skopeo_blobs_total', { operation: 'copy', outcome: 'unchanged' });
  // @ts-expect-error a label is missing
  sink.count('skopeo_blobs_total', { operation: 'copy' });
  // @ts-expect-error a label too many
  sink.count('skopeo_blobs_total', { operation: 'copy', outcome: 'copied', tag: 'latest' });
  // @ts-expect-error a gauge is not counted
  sink.count('skopeo_queue_depth', { operation: 'copy' });
});
