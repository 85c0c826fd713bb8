import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactSecrets, shorten } from '../../src/secrets/redact.ts';

describe('redactSecrets', () => {
  const hides: readonly (readonly [string, string])[] = [
    ['Patch "http://r/v2/a/blobs/uploads/1?_state=s3cret%3D&digest=sha256:1d"', 's3cret'],
    ['Get "https://user:s3cret@reg.example/v2/": EOF', 's3cret'],
    ['pinging https://user:s3cret@reg.example', 's3cret'],
    ['Authorization: Bearer eyJhbGciOi.s3cret.sig', 's3cret'],
    ['Authorization: Basic dXNlcjpzM2NyZXQ=', 'dXNlcjpzM2NyZXQ='],
    ['Get "https://cdn.example/b?X-Amz-Signature=s3cret&X-Amz-Date=1"', 's3cret'],
    ['{"token":"s3cret","expires_in":300}', 's3cret'],
    ['body "{\\"access_token\\": \\"s3cret\\"}"', 's3cret'],
    ['grant_type=password&password=s3cret', 's3cret'],
  ];
  for (const [text, secret] of hides) {
    it(`hides ${text}`, () => {
      const redacted = redactSecrets(text);
      assert.ok(!redacted.includes(secret), redacted);
      assert.ok(redacted.includes('[hidden]') || !redacted.includes('user'), redacted);
    });
  }

  it('keeps what says where and what', () => {
    const text =
      'initializing source docker://reg.example:5000/team/app:1.0: reading manifest 1.0 in reg.example:5000/team/app: unauthorized: authentication required (https://auth.example/token?scope=repository:team/app:pull&service=reg)';
    assert.equal(redactSecrets(text), text);
    const password = 'getting username and password: reading password: inappropriate ioctl for device';
    assert.equal(redactSecrets(password), password);
  });
});

describe('shorten', () => {
  it('cuts what is longer than the limit', () => {
    assert.equal(shorten('abcdef', 4), 'abc…');
    assert.equal(shorten('abcd', 4), 'abcd');
  });
});
