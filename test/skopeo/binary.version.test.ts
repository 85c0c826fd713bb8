import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { supports } from '../../src/skopeo/binary.ts';

describe('supports', () => {
  it('compares releases', () => {
    assert.ok(supports('1.9.3', undefined));
    assert.ok(supports('1.18.0', '1.18.0'));
    assert.ok(supports('1.22.0-dev', '1.22.0'));
    assert.ok(supports('1.9.3+ds1', '1.9.0'));
    assert.ok(!supports('1.9.3', '1.11.0'));
  });
});
