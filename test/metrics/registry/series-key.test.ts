import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { definitionOf } from '../../../src/metrics/contract.ts';
import {
  closedSeriesKeys,
  decodeSeriesKey,
  encodeSeriesKey,
  seriesKeyOf,
  zeroSeriesKeys,
} from '../../../src/metrics/registry/series-key.ts';
import { ERROR_TYPES } from '../../../src/tracking/vocabulary.ts';

test('decoding undoes encoding, whatever the values', () => {
  const value = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\u001f', ''));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
      assert.deepEqual(decodeSeriesKey(encodeSeriesKey(values)), values);
    }),
  );
});

test('a separator in a value cannot add a label', () => {
  assert.equal(decodeSeriesKey(encodeSeriesKey(['a\u001fb', 'c'])).length, 2);
});

test('the order of labels is that of the contract', () => {
  const key = seriesKeyOf('skopeo_source_operations_total', { operation: 'copy', source_type: 'docker' });
  assert.deepEqual(decodeSeriesKey(key), ['docker', 'copy']);
});

test('closed labels combine, open ones do not', () => {
  assert.equal(zeroSeriesKeys(definitionOf('skopeo_operations_total')).length, 16);
  assert.equal(zeroSeriesKeys(definitionOf('skopeo_operation_errors_total')).length, 0);
  assert.equal(closedSeriesKeys(definitionOf('skopeo_operation_errors_total')).length, 8 * ERROR_TYPES.length);
  assert.equal(closedSeriesKeys(definitionOf('skopeo_job_runs_total')).length, 0);
});
