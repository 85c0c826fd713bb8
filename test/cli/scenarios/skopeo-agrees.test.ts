import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { parseCommandLine } from '../../../src/command-line/command-line.ts';
import { argvOf } from '../../../src/command-line/skopeo-arguments.ts';
import { sequences } from '../../support/sequences.ts';
import { skopeo } from '../../support/skopeo.ts';

/** Arguments that are easily misread; `x` and `oci` are operands or values by what is before them. */
const PIECES = [
  ...['x', 'oci', '-', '--', '--all', '--all=false', '--all=maybe', '-a', '-q', '-aq', '-af', '-aqz', '-z', '-a=false'],
  ...['-f', '-f=oci', '-foci', '--format', '--format=', '--format=oci', '--al', '--nope', '--nope=1', '-al', '---all'],
  ...['--debug', '--debug=0', '--policy', '--policy=-x', '--sign-by', '--encrypt-layer=-1', '--additional-tag=a,b'],
];

const outcome = async (argv: readonly string[]) => {
  const { exitCode, stdout } = await skopeo(argv);
  return [exitCode, stdout];
};

const handedOn = (argv: readonly string[]): readonly string[] | undefined => {
  try {
    return argvOf(parseCommandLine(argv, {}).skopeoArguments);
  } catch {
    return undefined;
  }
};

/** So many are the same each time. */
const FEW = 25;

it('refuses nothing that skopeo takes, and hands on what means the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }), async (pieces) => {
      // With --help skopeo reads all flags, complains about bad ones and does nothing else.
      const argv = ['copy', '--help', ...pieces];
      const ours = handedOn(argv);
      const bare = await skopeo(argv);
      if (ours === undefined) assert.equal(bare.exitCode, 1, argv.join(' '));
      else assert.deepEqual(await outcome(ours), [bare.exitCode, bare.stdout], argv.join(' '));
    }),
    { numRuns: sequences(FEW), ...(sequences(FEW) === FEW && { seed: 20_261 }) },
  );
});
