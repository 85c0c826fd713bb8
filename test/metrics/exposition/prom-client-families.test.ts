import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { formatFamilies } from '../../../src/metrics/exposition/format.ts';
import { familiesOfRegistry } from '../../../src/metrics/exposition/prom-client-families.ts';
import { parseSamples } from '../samples.ts';

test('a registry of every type renders as prom-client renders it, in OpenMetrics too', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'things_total', help: 'T.', labelNames: ['kind'], registers }).inc({ kind: 'a"b\\c' }, 2);
  new Gauge({ name: 'level', help: 'L.', registers }).set(-1.5);
  new Histogram({ name: 'took_seconds', help: 'S.', buckets: [0.5, 10], registers }).observe(0.7);
  new Summary({ name: 'size_bytes', help: 'B.', percentiles: [0.5], registers }).observe(7);

  const families = familiesOfRegistry(await registry.getMetricsAsJSON());
  const theirs = parseSamples(await registry.metrics());
  assert.deepEqual(parseSamples(formatFamilies(families, 'text')), theirs);
  assert.deepEqual(parseSamples(formatFamilies(families, 'openmetrics')), theirs);
  assert.match(formatFamilies(families, 'openmetrics'), /^# TYPE things counter$/m);
});
