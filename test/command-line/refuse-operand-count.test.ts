import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SYNC_COMMAND } from '../../src/cli/sync/sync-flags.ts';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { SKOPEO_FLAGS, SUBCOMMANDS } from '../../src/command-line/flags/table.ts';
import { refuseOperandCount } from '../../src/command-line/refuse-operand-count.ts';

const check = (line: string) => {
  const table = { ...SKOPEO_FLAGS, subcommands: [...SUBCOMMANDS.filter(({ name }) => name !== 'sync'), SYNC_COMMAND] };
  refuseOperandCount(parseCommandLine(line.split(' '), {}, table));
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
