import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WrapperError } from '../../../src/errors/wrapper-error.ts';
import { formatAddress, parseListenAddress } from '../../../src/metrics/listener/addresses.ts';

describe('parseListenAddress', () => {
  for (const [text, host, port] of [
    ['localhost:8000', 'localhost', 8000],
    ['127.0.0.1:0', '127.0.0.1', 0],
    [':9100', '', 9100],
    ['[::1]:8000', '::1', 8000],
    ['[::]:8000', '::', 8000],
    ['metrics.example.com:65535', 'metrics.example.com', 65_535],
    ['8000', 'localhost', 8000],
  ] as const) {
    it(`reads ${text}`, () => assert.deepEqual(parseListenAddress(text), { host, port }));
  }

  for (const text of ['', 'localhost', 'localhost:', ':65536', '::1:8000', '[127.0.0.1]:80', 'a b:1', 'http://a:1']) {
    it(`refuses ${JSON.stringify(text)} and says what is expected`, () => {
      assert.throws(
        () => parseListenAddress(text),
        (error) => error instanceof WrapperError && error.exitCode === 64 && /host:port/.test(error.next ?? ''),
      );
    });
  }
});

describe('formatAddress', () => {
  it('puts IPv6 into brackets', () => {
    assert.equal(formatAddress({ host: '::1', port: 1 }), '[::1]:1');
    assert.equal(formatAddress({ host: 'localhost', port: 1 }), 'localhost:1');
  });
});
