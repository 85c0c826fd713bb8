import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { refuseUnsupported } from '../../src/command-line/refuse-unsupported.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';

describe('refuseUnsupported', () => {
  const check = (line: string, version: string) =>
    refuseUnsupported(parseCommandLine(line.split(' '), {}), { path: '/usr/bin/skopeo', version });
  const refused = (message: string) => (error: unknown) =>
    error instanceof WrapperError && error.exitCode === 69 && error.message === message;

  it('names the version that has a flag or subcommand', () => {
    assert.throws(
      () => check('copy --sign-by-sq-fingerprint F a b', '1.9.3'),
      refused('--sign-by-sq-fingerprint needs skopeo 1.21.0; /usr/bin/skopeo is 1.9.3'),
    );
    assert.throws(
      () => check('generate-sigstore-key --output-prefix k', '1.9.3'),
      refused('skopeo generate-sigstore-key needs skopeo 1.11.0; /usr/bin/skopeo is 1.9.3'),
    );
  });

  it('lets pass what the version has, and what the wrapper does itself', () => {
    check('copy --sign-by-sq-fingerprint F a b', '1.22.0');
    check('copy --retry-delay 5s --retry-times 2 a b', '1.9.3');
    check('something-new --at-all', '1.9.3');
  });
});
