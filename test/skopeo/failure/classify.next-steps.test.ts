import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../../src/command-line/command-line.ts';
import { OWN_KNOWN_FLAGS } from '../../../src/command-line/flag-lookup.ts';
import { SKOPEO_FLAGS } from '../../../src/command-line/flags/table.ts';
import { FAILURE_CLASSES } from '../../../src/skopeo/failure/classify.ts';
import type { FailureSubject } from '../../../src/skopeo/failure/facts.ts';

const REGISTRIES = ['reg.example', '123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'eu-docker.pkg.dev', 'x.azurecr.io'];

/** Every next step of every class, special ones included, for a subject. */
const stepsFor = (subject: FailureSubject): readonly (readonly [string, string])[] =>
  FAILURE_CLASSES.flatMap(({ errorType, next, special = [] }) =>
    [next, ...special.map((one) => one.next)].map((step) => [errorType, step(subject)] as const),
  );

/** Commands of ours in a text: what is to be typed, up to the end of the sentence or its brackets. */
const ourCommands = (text: string): readonly string[] =>
  [...text.matchAll(/skopeo-wrapper ([a-z][^;|)]*?)(?=[;|).]?(?:\s*$|\)|; | \||\. ))/g)].map(([, words = '']) => words);

const withoutCommands = (text: string): string =>
  text.replaceAll(/(?:skopeo-wrapper|aws|gcloud|az) [a-z][^;)]*/g, '').replaceAll(/skopeo-wrapper COMMAND --help/g, '');

/** Flags that a class may name for every command: such a failure only happens with that flag. */
const OF_ITS_OWN: Readonly<Record<string, readonly string[]>> = {
  usage: ['help', 'sign-passphrase-file'],
  decryption_failed: ['decryption-key'],
  manifest_rejected: ['format'],
  unsupported: ['preserve-digests', 'format', 'dest-compress-format', 'all', 'multi-arch'],
  prune_refused: ['dry-run'],
  credential_helper: [],
};

describe('the next step of a failure', () => {
  for (const spec of SKOPEO_FLAGS.subcommands) {
    const accepted = new Set([...SKOPEO_FLAGS.globalFlags, ...spec.flags].map(({ name }) => name));
    it(`names flags that ${spec.name} has and was not given`, () => {
      for (const given of [new Set<string>(), accepted])
        for (const flagPrefix of [undefined, 'src-', 'dest-'] as const)
          for (const [errorType, step] of stepsFor({
            registry: 'reg.example',
            path: '/x',
            flags: { accepted, given },
            ...(flagPrefix && { flagPrefix }),
          })) {
            const text = withoutCommands(step);
            for (const [, name = ''] of text.matchAll(/--([a-z][a-z-]+)/g)) {
              if (OF_ITS_OWN[errorType]?.includes(name)) continue;
              assert.ok(accepted.has(name) || OWN_KNOWN_FLAGS.has(name), `${errorType}, ${spec.name}: ${step}`);
            }
            for (const [, name = ''] of text.matchAll(/\b(?:add|with) --([a-z-]+)/g))
              assert.ok(!given.has(name), `${errorType}, ${spec.name}: ${step}`);
          }
    });
  }

  it('gives commands that can be typed', () => {
    let commands = 0;
    for (const registry of REGISTRIES)
      for (const [errorType, step] of stepsFor({ registry, repository: 'team/app/web' }))
        for (const words of ourCommands(step)) {
          commands++;
          const { spec, operands } = parseCommandLine(words.replace('docker://REGISTRY', 'docker://r').split(' '), {});
          assert.ok(spec !== undefined, `${errorType}: ${words}`);
          assert.ok(operands.length > 0, `${errorType}: ${words}`);
        }
    assert.ok(commands >= 4 * REGISTRIES.length, `${commands} commands`);
  });

  it('does not ask to leave out what was not given', () => {
    const flags = { accepted: new Set(['format', 'all', 'multi-arch']), given: new Set<string>() };
    for (const [errorType, step] of stepsFor({ flags }))
      assert.doesNotMatch(step, /leave out --(?:format|all)\b/, errorType);
  });
});
