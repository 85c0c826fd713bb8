import { join } from 'node:path';
import { execa } from 'execa';

/** A self-signed certificate for 127.0.0.1 and localhost, and its key, as PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes a certificate in `directory` with openssl, valid for two days. It is its own authority: `NAME.crt` in a
 * directory given by `--cert-dir` makes skopeo trust it.
 */
export const makeCertificate = async (directory: string, name = 'ca'): Promise<Certificate> => {
  const certificate = join(directory, `${name}.crt`);
  const key = join(directory, `${name}-key.pem`);
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', key, '-out', certificate],
  ]);
  return { certificate, key };
};
