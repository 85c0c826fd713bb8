import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acceptsGzip, chooseFormat } from '../../../src/metrics/listener/negotiation.ts';

const PROMETHEUS_2_42 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

describe('chooseFormat', () => {
  for (const [accept, format] of [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['application/json', 'text'],
    [PROMETHEUS_2_42, 'openmetrics'],
    [PROMETHEUS_3, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=0.4,text/plain;version=0.0.4;q=0.5', 'text'],
    ['application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.4', 'openmetrics'],
    ['application/openmetrics-text;q=nonsense', 'text'],
  ] as const) {
    it(`answers ${accept} with ${format}`, () => assert.equal(chooseFormat(accept), format));
  }
});

describe('acceptsGzip', () => {
  for (const [header, expected] of [
    [undefined, false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['*', true],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
    ['br, zstd', false],
    ['identity', false],
  ] as const) {
    it(`${header}: ${expected}`, () => assert.equal(acceptsGzip(header), expected));
  }
});
