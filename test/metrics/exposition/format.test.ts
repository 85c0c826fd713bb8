import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Family } from '../../../src/metrics/exposition/family.ts';
import { EXPOSITION_FORMATS, formatFamilies } from '../../../src/metrics/exposition/format.ts';

const withoutEscapes = (text: string): string =>
  text.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));

const gauge = (label: string, value = 1): Family => ({
  name: 'x',
  type: 'gauge',
  help: 'X.',
  samples: [{ labels: [['l', label]], value }],
});

test('a label value of any characters stays on one line and is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...EXPOSITION_FORMATS), (label, format) => {
      const [, , sample = '', ...rest] = formatFamilies([gauge(label)], format).split('\n');
      assert.deepEqual(rest, format === 'text' ? [''] : ['# EOF', '']);
      const [, escaped = ''] = /^x\{l="((?:[^"\\\n]|\\[\\"n])*)"\} 1$/s.exec(sample) ?? [];
      assert.equal(withoutEscapes(escaped), label.toWellFormed());
    }),
  );
});

test('numbers are written so that they are read back as they were', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const [, , sample = ''] = formatFamilies([gauge('', value)], 'text').split('\n');
      const text = sample.slice('x{l=""} '.length);
      assert.match(text, /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/);
      const read = Number(text.replace('Inf', 'Infinity'));
      assert.ok(Object.is(read, value) || (read === 0 && value === 0), `${value} became ${text}`);
    }),
  );
});

test('help texts are escaped as each format wants it', () => {
  const family = { ...gauge(''), help: 'a\\b "c"\nd' };
  assert.match(formatFamilies([family], 'text'), /^# HELP x a\\\\b "c"\\nd$/m);
  assert.match(formatFamilies([family], 'openmetrics'), /^# HELP x a\\\\b \\"c\\"\\nd$/m);
});

test('the formats differ in family names, units, bounds and the end', () => {
  const families: Family[] = [
    { name: 'a_bytes_total', type: 'counter', help: 'A.', samples: [{ labels: [], value: 3 }] },
    {
      name: 'b_seconds',
      type: 'histogram',
      help: 'B.',
      samples: [
        { suffix: '_bucket', labels: [['l', 'v']], le: 300, value: 1 },
        { suffix: '_bucket', labels: [['l', 'v']], le: Number.POSITIVE_INFINITY, value: 2 },
        { suffix: '_sum', labels: [['l', 'v']], value: 0.5 },
        { suffix: '_count', labels: [['l', 'v']], value: 2 },
      ],
    },
    { name: 'never_seen', type: 'gauge', help: 'N.', samples: [] },
  ];
  assert.equal(
    formatFamilies(families, 'text'),
    `# HELP a_bytes_total A.
# TYPE a_bytes_total counter
a_bytes_total 3
# HELP b_seconds B.
# TYPE b_seconds histogram
b_seconds_bucket{l="v",le="300"} 1
b_seconds_bucket{l="v",le="+Inf"} 2
b_seconds_sum{l="v"} 0.5
b_seconds_count{l="v"} 2
`,
  );
  assert.equal(
    formatFamilies(families, 'openmetrics'),
    `# HELP a_bytes A.
# TYPE a_bytes counter
# UNIT a_bytes bytes
a_bytes_total 3
# HELP b_seconds B.
# TYPE b_seconds histogram
# UNIT b_seconds seconds
b_seconds_bucket{l="v",le="300.0"} 1
b_seconds_bucket{l="v",le="+Inf"} 2
b_seconds_sum{l="v"} 0.5
b_seconds_count{l="v"} 2
# EOF
`,
  );
});
