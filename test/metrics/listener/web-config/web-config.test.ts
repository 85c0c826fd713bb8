import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { hashSync } from 'bcryptjs';
import { WrapperError } from '../../../../src/errors/wrapper-error.ts';
import { loadWebConfig, readWebConfigFile } from '../../../../src/metrics/listener/web-config/web-config.ts';
import { makeAuthority, temporaryDirectory } from './certificates.ts';

const directory = temporaryDirectory(after);
makeAuthority(directory, 'server');
makeAuthority(directory, 'other');

const load = (text: string) => {
  const path = join(directory, 'web.yml');
  writeFileSync(path, text);
  return loadWebConfig(readWebConfigFile(path));
};

const refusal = (text: string): string => {
  try {
    load(text);
  } catch (error) {
    assert.ok(error instanceof WrapperError && error.exitCode === 64, String(error));
    return error.message.replaceAll(`${directory}/`, '');
  }
  return 'accepted';
};

const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';

describe('web configuration', () => {
  it('may be empty', () => assert.deepEqual(load(''), { users: {}, headers: {} }));

  it('is read whole, files relative to its directory', () => {
    const hash = hashSync('x', 4);
    const config = load(`${TLS}  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: other.crt
  client_allowed_sans: [prometheus.example]
  min_version: TLS13
  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
basic_auth_users:
  alice: ${hash}
`);
    assert.deepEqual(config.users, { alice: hash });
    assert.deepEqual(config.headers, { 'X-Frame-Options': 'deny' });
    assert.equal(config.tls?.context.minVersion, 'TLSv1.3');
    assert.equal(config.tls?.context.ciphers, 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256');
    assert.equal(config.tls?.context.ecdhCurve, 'X25519:P-256');
    assert.match(String(config.tls?.context.ca), /BEGIN CERTIFICATE/);
    assert.deepEqual(config.tls?.clients.client_allowed_sans, ['prometheus.example']);
  });

  for (const [what, text, expected] of [
    [
      'an unknown key',
      'basic_auth_user: {}\n',
      'web.yml:1:1: unknown key "basic_auth_user"; did you mean "basic_auth_users"?',
    ],
    [
      'an unknown TLS key',
      `${TLS}  client_auth: x\n`,
      /^web\.yml:4:3: unknown key "tls_server_config\.client_auth"; did you mean/,
    ],
    [
      'what is not offered',
      'rate_limit: {interval: 1s, burst: 2}\n',
      /^web\.yml:1:1: unknown key "rate_limit"; known are basic_auth_users, /,
    ],
    [
      'a foreign header',
      'http_server_config:\n  headers:\n    X-Evil: a\n',
      /^web\.yml:3:5: unknown key "http_server_config\.headers\.X-Evil"/,
    ],
    [
      'a header that breaks lines',
      'http_server_config: {headers: {X-XSS-Protection: "0\\nSet-Cookie: a"}}',
      /printable/,
    ],
    [
      'a password instead of a hash',
      'basic_auth_users:\n  bob: hunter2\n',
      'web.yml:2:8: "basic_auth_users.bob": is not a bcrypt hash',
    ],
    [
      'a missing key',
      'tls_server_config:\n  cert_file: server.crt\n',
      /web\.yml:2:3: "tls_server_config": needs one of key_file/,
    ],
    ['certificate given twice', `${TLS}  cert: x\n`, /needs one of cert_file and cert/],
    [
      'old TLS',
      `${TLS}  min_version: TLS10\n`,
      /web\.yml:4:16: "tls_server_config\.min_version": must be "TLS12" or "TLS13"/,
    ],
    [
      'versions upside down',
      `${TLS}  min_version: TLS13\n  max_version: TLS12\n`,
      /web\.yml:4:\d+: .*must not be above/,
    ],
    [
      'an unknown cipher',
      `${TLS}  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n`,
      /web\.yml:4:19: "tls_server_config\.cipher_suites\[0\]"/,
    ],
    [
      'a CA that does nothing',
      `${TLS}  client_ca_file: other.crt\n`,
      /web\.yml:4:\d+: .*does nothing without client_auth_type/,
    ],
    [
      'verification without CA',
      `${TLS}  client_auth_type: RequireAndVerifyClientCert\n`,
      /web\.yml:4:\d+: .*needs client_ca_file/,
    ],
    ['users who are none', 'basic_auth_users: {}', /web\.yml:1:\d+: .*"basic_auth_users": names no user/],
    [
      'a user who would be passed over',
      'basic_auth_users:\n  __proto__: x',
      /web\.yml:2:3: "__proto__" cannot be a key/,
    ],
    ['names without certificate', `${TLS}  client_allowed_sans: [a]\n`, /web\.yml:4:\d+: .*needs client_auth_type/],
    ['a missing file', TLS.replace('server.key', 'nowhere.key'), /tls_server_config\.key_file: ENOENT.*nowhere\.key/],
    [
      'a key of another certificate',
      TLS.replace('server.key', 'other.key'),
      /cannot be used: .*server\.crt, other\.key/,
    ],
    ['a file that is no certificate', TLS.replace('server.crt', 'web.yml'), /cannot be used: /],
  ] as const) {
    it(`refuses ${what}`, () => {
      const message = refusal(text);
      if (typeof expected === 'string') assert.equal(message, expected);
      else assert.match(message, expected);
      assert.doesNotMatch(message, /hunter2|PRIVATE KEY/);
    });
  }

  it('takes certificates inline', () => {
    copyFileSync(join(directory, 'server.crt'), join(directory, 'copy.crt'));
    const { cert, key } = load(TLS).tls?.context ?? {};
    const quote = (pem: unknown) => JSON.stringify(String(pem));
    assert.ok(load(`tls_server_config: {cert: ${quote(cert)}, key: ${quote(key)}}`).tls);
  });

  it('says when the file itself is missing', () => {
    assert.throws(() => readWebConfigFile('/nonexistent/web.yml'), /web configuration file cannot be read: ENOENT/);
  });
});
