import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkHost, checkMethod, checkOrigin } from '../../../src/metrics/listener/request-handler.ts';

const status = (header: string | undefined, boundToLoopback: boolean, allowedHosts: string[] = []) =>
  checkHost(header, { boundToLoopback, allowedHosts })?.status ?? 200;

describe('checkHost', () => {
  it('accepts names of this machine on loopback', () => {
    for (const host of ['localhost', 'LOCALHOST:8000', 'localhost.:80', '127.0.0.1:8000', '[::1]:8000', '[::1]']) {
      assert.equal(status(host, true), 200, host);
    }
  });

  it('refuses every other name on loopback', () => {
    for (const host of [
      'evil.example',
      'localhost.evil.example:8000',
      '127.0.0.1.evil.example',
      '[::2]',
      '',
      undefined,
    ]) {
      assert.equal(status(host, true), 421, host);
    }
    assert.equal(status('[localhost]', true), 421);
  });

  it('accepts any name elsewhere, unless the allowed ones are given', () => {
    assert.equal(status('host.example:8000', false), 200);
    assert.equal(status('host.example:8000', false, ['Host.Example']), 200);
    assert.equal(status('localhost:8000', false, ['host.example']), 200);
    assert.equal(status('other.example', false, ['host.example']), 421);
    assert.equal(status('host.example', true, ['host.example']), 200);
  });
});

describe('checkOrigin', () => {
  it('refuses what a foreign page sends', () => {
    assert.equal(checkOrigin({ origin: 'http://evil.example' })?.status, 403);
    assert.equal(checkOrigin({ origin: 'null' })?.status, 403);
    assert.equal(checkOrigin({ 'sec-fetch-site': 'cross-site' })?.status, 403);
  });

  it('passes scrapers and people', () => {
    assert.equal(checkOrigin({}), undefined);
    assert.equal(checkOrigin({ 'sec-fetch-site': 'none' }), undefined);
    assert.equal(checkOrigin({ 'sec-fetch-site': 'same-origin' }), undefined);
  });
});

describe('checkMethod', () => {
  it('passes GET and HEAD only', () => {
    assert.equal(checkMethod('GET'), undefined);
    assert.equal(checkMethod('HEAD'), undefined);
    for (const method of ['POST', 'PUT', 'OPTIONS', 'TRACE', undefined]) {
      assert.equal(checkMethod(method)?.headers.Allow, 'GET, HEAD');
    }
  });
});
