import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { GLOBAL_FLAGS, ROOT_FLAGS } from '../../../src/command-line/flags/global.ts';
import { flagsFromHelp } from '../../../src/command-line/flags/help.ts';
import type { FlagSpec } from '../../../src/command-line/flags/spec.ts';
import { SUBCOMMANDS, subcommandSpec } from '../../../src/command-line/flags/table.ts';
import { supports } from '../../../src/skopeo/binary.ts';

const FIXTURES = new URL('../../fixtures/help/', import.meta.url);
const SKOPEO = process.env.SKOPEO ?? 'skopeo';

/** What a help text tells of a flag, and the table must agree on. */
const shape = ({ name, short, kind, repeatable }: FlagSpec) =>
  `${short === undefined ? '' : `-${short} `}--${name} ${kind}${repeatable ? ' repeatable' : ''}`;

const inVersion = (flags: readonly FlagSpec[], version: string) =>
  flags.filter((flag) => !flag.hidden && supports(version, flag.since));

/** Help texts call the level of compression an unnamed kind. */
const KIND_UNTOLD = new Set(['dest-compress-level']);

const told = (flags: readonly FlagSpec[]) =>
  flags
    .filter(({ name }) => name !== 'help')
    .map((flag) => shape(KIND_UNTOLD.has(flag.name) ? { ...flag, kind: 'string' } : flag))
    .sort();

const rootFlags = (version: string) => told(inVersion([...GLOBAL_FLAGS, ...ROOT_FLAGS], version));

const assertSubcommand = (name: string, version: string, help: string) => {
  const spec = subcommandSpec(name);
  assert.ok(spec !== undefined, `${name} of ${version} is not in the table`);
  assert.ok(supports(version, spec.since), `${name} is in ${version} already`);
  assert.deepEqual(told(inVersion(spec.flags, version)), told(flagsFromHelp(help)), `${name} of ${version}`);
};

for (const version of readdirSync(FIXTURES)) {
  describe(`the flag table, for skopeo ${version}`, () => {
    const read = (name: string) => readFileSync(new URL(`${version}/${name}.txt`, FIXTURES), 'utf8');
    const names = readdirSync(new URL(version, FIXTURES)).map((file) => file.replace(/\.txt$/, ''));

    it('has the global flags', () => {
      assert.deepEqual(rootFlags(version), told(flagsFromHelp(read('root'))));
    });

    for (const name of names.filter((one) => one !== 'root')) {
      it(`has the flags of ${name}`, () => assertSubcommand(name, version, read(name)));
    }

    it('has no subcommand that is missing there', () => {
      const expected = SUBCOMMANDS.filter(({ since }) => supports(version, since)).map(({ name }) => name);
      assert.deepEqual([...names.filter((name) => name !== 'root')].sort(), expected.sort());
    });
  });
}

describe('the flag table, for the installed skopeo', () => {
  const run = (...args: readonly string[]) => execFileSync(SKOPEO, args, { encoding: 'utf8' });
  const version = /^skopeo version (\S+)/.exec(run('--version'))?.[1] ?? '';

  it('agrees with its help', () => {
    assert.deepEqual(rootFlags(version), told(flagsFromHelp(run('--help'))));
    for (const { name } of SUBCOMMANDS.filter(({ since }) => supports(version, since))) {
      assertSubcommand(name, version, run(name, '--help'));
    }
  });

  it('has hidden flags that it accepts', () => {
    for (const { name, flags } of SUBCOMMANDS.filter(({ since }) => supports(version, since))) {
      for (const flag of flags.filter(({ hidden }) => hidden)) {
        const value = flag.kind === 'boolean' ? 'true' : 'x';
        assert.match(run(name, `--${flag.name}=${value}`, '--help'), /Usage:/, `${name} --${flag.name}`);
      }
    }
    assert.match(run('--registries-conf', 'x', '--tls-verify', '--help'), /Usage:/);
  });
});

describe('the flag table', () => {
  it('names every flag once per subcommand', () => {
    for (const { name, flags } of SUBCOMMANDS) {
      const names = [...GLOBAL_FLAGS, ...flags].map((flag) => flag.name);
      const letters = flags.flatMap(({ short }) => (short === undefined ? [] : [short]));
      assert.equal(new Set(names).size, names.length, name);
      assert.equal(new Set(letters).size, letters.length, name);
    }
  });

  it('marks every value that is a secret', () => {
    const secrets = /^(?:src-|dest-)?(?:creds|password|registry-token)$|^[sd]creds$/;
    for (const { name, flags } of SUBCOMMANDS) {
      for (const flag of flags.filter((one) => secrets.test(one.name))) {
        assert.ok(flag.secret && flag.handledByWrapper, `${name} --${flag.name}`);
      }
    }
  });
});
