/** Go's names of cipher suites and curves, which the file format uses, and OpenSSL's names for them. */
const OPENSSL_NAMES = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
} as const;

const OPENSSL_CURVES = {
  X25519: 'X25519',
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
} as const;

type CipherSuite = keyof typeof OPENSSL_NAMES;
type Curve = keyof typeof OPENSSL_CURVES;

const keysOf = <Key extends string>(table: Record<Key, string>): Key[] =>
  Object.keys(table).filter((key): key is Key => key in table);

export const CIPHER_SUITES = keysOf(OPENSSL_NAMES);
export const CURVES = keysOf(OPENSSL_CURVES);

/** Node's `ciphers` option for a list of suites. */
export const ciphersOption = (suites: readonly CipherSuite[]): string =>
  suites.map((suite) => OPENSSL_NAMES[suite]).join(':');

/** Node's `ecdhCurve` option for a list of curves. */
export const ecdhCurveOption = (curves: readonly Curve[]): string =>
  curves.map((curve) => OPENSSL_CURVES[curve]).join(':');
