import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { PAGE_FORMATS, renderPage } from '../../../src/metrics/registry/page.ts';
import { parseSamples } from '../samples.ts';

const withoutEscapes = (text: string): string =>
  text.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));

const gauge = (label: string, value = 1, help = 'X.'): Registry => {
  const registry = new Registry();
  new Gauge({ name: 'x', help, labelNames: ['l'], registers: [registry] }).set({ l: label }, value);
  return registry;
};

test('a label value of any characters stays on one line and is read back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.constantFrom(...PAGE_FORMATS), async (label, format) => {
      const page = Buffer.from(await renderPage([gauge(label)], format)).toString();
      const [, , sample = '', ...rest] = page.split('\n');
      assert.deepEqual(rest, format === 'text' ? [''] : ['# EOF', '']);
      const [, escaped = ''] = /^x\{l="((?:[^"\\\n]|\\[\\"n])*)"\} 1$/s.exec(sample) ?? [];
      assert.equal(withoutEscapes(escaped), label.toWellFormed());
    }),
  );
});

test('numbers are written so that they are read back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double(), async (value) => {
      const [, , sample = ''] = (await renderPage([gauge('', value)], 'text')).split('\n');
      const text = sample.slice('x{l=""} '.length);
      assert.match(text, /^(?:Nan|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/);
      const read = Number(text.replace('Inf', 'Infinity'));
      assert.ok(Object.is(read, value) || (read === 0 && value === 0), `${value} became ${text}`);
    }),
  );
});

test('help texts are escaped as each format wants it', async () => {
  const registry = gauge('', 1, 'a\\b "c"\nd');
  assert.match(await renderPage([registry], 'text'), /^# HELP x a\\\\b "c"\\nd$/m);
  assert.match(await renderPage([registry], 'openmetrics'), /^# HELP x a\\\\b \\"c\\"\\nd$/m);
});

test('a registry of every type says the same in both formats, and keeps its names', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'things_total', help: 'T.', labelNames: ['kind'], registers }).inc({ kind: 'a"b\\c' }, 2);
  new Gauge({ name: 'level', help: 'L.', registers }).set(-1.5);
  new Histogram({ name: 'took_seconds', help: 'S.', buckets: [0.5, 10], registers }).observe(0.7);
  new Summary({ name: 'size_bytes', help: 'B.', percentiles: [0.5], registers }).observe(7);

  const before = await registry.metrics();
  const openMetrics = await renderPage([registry], 'openmetrics');
  assert.deepEqual(parseSamples(openMetrics), parseSamples(before));
  assert.match(openMetrics, /^# TYPE things counter$/m);
  assert.deepEqual(parseSamples(await renderPage([registry], 'text')), parseSamples(before));
  assert.equal(await registry.metrics(), before);
});

test('the formats differ in family names, units, bounds and the end', async () => {
  const [first, second] = [new Registry(), new Registry()];
  new Counter({ name: 'a_bytes_total', help: 'A.', registers: [first] }).inc(3);
  const histogram = { name: 'b_seconds', help: 'B.', labelNames: ['l'], buckets: [300] };
  const seconds = new Histogram({ ...histogram, registers: [second] });
  for (const value of [0.25, 400]) seconds.observe({ l: 'v' }, value);
  new Gauge({ name: 'never_seen', help: 'N.', labelNames: ['l'], registers: [second] });
  assert.equal(
    await renderPage([first, second], 'text'),
    `# HELP a_bytes_total A.
# TYPE a_bytes_total counter
a_bytes_total 3
# HELP b_seconds B.
# TYPE b_seconds histogram
b_seconds_bucket{le="300",l="v"} 1
b_seconds_bucket{le="+Inf",l="v"} 2
b_seconds_sum{l="v"} 400.25
b_seconds_count{l="v"} 2
`,
  );
  assert.equal(
    await renderPage([first, second], 'openmetrics'),
    `# HELP a_bytes A.
# TYPE a_bytes counter
# UNIT a_bytes bytes
a_bytes_total 3
# HELP b_seconds B.
# TYPE b_seconds histogram
# UNIT b_seconds seconds
b_seconds_bucket{le="300.0",l="v"} 1
b_seconds_bucket{le="+Inf",l="v"} 2
b_seconds_sum{l="v"} 400.25
b_seconds_count{l="v"} 2
# EOF
`,
  );
});
