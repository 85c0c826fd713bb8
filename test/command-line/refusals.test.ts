import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { SYNC_COMMAND } from '../../src/cli/sync/sync-flags.ts';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { SKOPEO_FLAGS, SUBCOMMANDS } from '../../src/command-line/flags/table.ts';
import { refuseOperands, refuseUnsupported } from '../../src/command-line/refusals.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';

const check = (line: string) => {
  const table = { ...SKOPEO_FLAGS, subcommands: [...SUBCOMMANDS.filter(({ name }) => name !== 'sync'), SYNC_COMMAND] };
  refuseOperands(parseCommandLine(line.split(' '), {}, table));
};

/** Held against skopeo 1.9.3, 1.18.0 and 1.22.0 by the differential test. */
const COUNTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  copy: [2, 2],
  delete: [1, 1],
  'experimental-image-proxy': [0, 0],
  'generate-sigstore-key': [0, 0],
  inspect: [1, 1],
  layers: [1, Infinity],
  'list-tags': [1, 1],
  login: [1, 1],
  logout: [0, 1],
  'manifest-digest': [1, 1],
  'standalone-sign': [3, 3],
  'standalone-verify': [4, 4],
  sync: [0, 2],
  'untrusted-signature-dump-without-verification': [1, 1],
};

describe('the number of arguments', () => {
  test('is known of every subcommand', () => {
    assert.deepEqual(SUBCOMMANDS.map(({ name }) => name).toSorted(), Object.keys(COUNTS).toSorted());
  });

  for (const [name, [least, most]] of Object.entries(COUNTS)) {
    test(`of ${name} is ${least} to ${most}`, () => {
      const withCount = (count: number) => () => check([name, ...Array<string>(count).fill('x')].join(' '));
      for (const count of [least, Math.min(most, 9)]) withCount(count)();
      if (least > 0) assert.throws(withCount(least - 1), { exitCode: 64 });
      if (most !== Infinity) assert.throws(withCount(most + 1), { exitCode: 64 });
    });
  }

  test('is refused by name of what is missing, or by the number that is too much', () => {
    const usage = 'Usage: copy SOURCE-IMAGE DESTINATION-IMAGE';
    assert.throws(() => check('copy'), { message: 'copy needs SOURCE-IMAGE and DESTINATION-IMAGE', next: usage });
    assert.throws(() => check('copy a'), { message: 'copy needs DESTINATION-IMAGE', next: usage });
    assert.throws(() => check('copy a b c'), { message: 'copy takes 2 arguments, 3 were given', next: usage });
    assert.throws(() => check('inspect -- a b'), { message: 'inspect takes one argument, 2 were given' });
  });

  test('is no matter where only help or the version is asked for', () => {
    check('copy --help');
    check('--version copy');
  });
});

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
