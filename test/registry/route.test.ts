import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProxied } from '../../src/registry/route.ts';

const PROXY = 'http://proxy.example:3128';

const CASES: readonly [registry: string, env: Record<string, string>, expected: boolean][] = [
  ['quay.io', {}, false],
  ['quay.io', { HTTPS_PROXY: '' }, false],
  ['quay.io', { HTTPS_PROXY: PROXY }, true],
  ['quay.io', { https_proxy: PROXY }, true],
  ['localhost:5000', { HTTPS_PROXY: PROXY }, false],
  ['127.0.0.1:5000', { HTTPS_PROXY: PROXY }, false],
  ['reg.corp.example:5000', { HTTPS_PROXY: PROXY, NO_PROXY: 'other, .corp.example' }, false],
  ['reg.corp.example', { HTTPS_PROXY: PROXY, no_proxy: 'corp.example' }, false],
  ['notcorp.example', { HTTPS_PROXY: PROXY, NO_PROXY: 'corp.example' }, true],
  ['quay.io', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, false],
];

for (const [registry, env, expected] of CASES) {
  test(`${registry} with ${JSON.stringify(env)} goes ${expected ? 'through the proxy' : 'directly'}`, () => {
    assert.equal(isProxied(registry, { env }), expected);
  });
}
