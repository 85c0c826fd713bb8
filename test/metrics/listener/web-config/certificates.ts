import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that is gone after the test (or suite). */
export const temporaryDirectory = (after: (cleanUp: () => void) => void): string => {
  const directory = mkdtempSync(join(tmpdir(), 'listener-test-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const openssl = (directory: string, ...args: string[]): void => {
  execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
};

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

/** Makes `<name>.crt` and `<name>.key`, an authority of its own. */
export const makeAuthority = (directory: string, name: string): void => {
  openssl(directory, 'req', '-x509', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`);
};

/** Makes `<name>.crt` and `<name>.key`, signed by an authority; `altName` as in `DNS:localhost,IP:127.0.0.1`. */
export const makeCertificate = (directory: string, name: string, authority: string, altName: string): void => {
  openssl(directory, 'req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  writeFileSync(join(directory, `${name}.ext`), `subjectAltName=${altName}\n`);
  const signer = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
  openssl(directory, 'x509', '-req', '-in', `${name}.csr`, ...signer, '-out', `${name}.crt`, '-extfile', `${name}.ext`);
};

/** Certificate and key as options of a client. */
export const clientFiles = (directory: string, name: string): { cert: string; key: string } => ({
  cert: readFileSync(join(directory, `${name}.crt`), 'utf8'),
  key: readFileSync(join(directory, `${name}.key`), 'utf8'),
});
