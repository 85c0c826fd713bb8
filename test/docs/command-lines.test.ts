import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from '@oclif/core/parser';
import { SYNC_COMMAND } from '../../src/cli/sync/sync-flags.ts';
import { syncOptions } from '../../src/cli/sync/sync-options.ts';
import { isVersionRequest } from '../../src/cli/version.ts';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { findSubcommand, globalOptionTakesValue } from '../../src/command-line/find-subcommand.ts';
import { DOCTOR, EXISTS } from '../../src/command-line/flags/own-commands.ts';
import { SKOPEO_FLAGS, SUBCOMMANDS } from '../../src/command-line/flags/table.ts';
import { OWN_FLAGS, readOwnFlags, variableOf } from '../../src/command-line/own-flags.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { shownCommandLines, shownFiles } from './support/command-lines.ts';

const TABLE = { ...SKOPEO_FLAGS, subcommands: [SYNC_COMMAND, EXISTS, DOCTOR, ...SUBCOMMANDS] };

/** Reads a call as the program would, without doing what it says. Throws what the user would be told. */
const readCall = async (argv: readonly string[]): Promise<void> => {
  if (isVersionRequest(argv)) return;
  const { id = '', argv: rest } = findSubcommand(argv, globalOptionTakesValue);
  const CommandOfId = await COMMANDS[id]?.();
  if (CommandOfId === undefined || id === 'passthrough') throw new Error(`there is no command ${id}`);
  if (CommandOfId.oclifParses) {
    const { flags, args, strict } = CommandOfId;
    await parse([...rest], { flags, args, strict });
    return;
  }
  const line = parseCommandLine([id, ...rest], {}, TABLE);
  if (line.spec === undefined) throw new Error(`the flags of ${id} are not known here`);
  if (id === 'sync') syncOptions(line, {});
};

const faultOf = async (argv: readonly string[]): Promise<string | undefined> =>
  readCall(argv).then(
    () => undefined,
    (error: Error) => error.message,
  );

/** Variables that are no flags. */
const FURTHER_VARIABLES = ['CREDS', 'SRC_CREDS', 'DEST_CREDS', 'DEBUG'].map((name) => `SKOPEO_WRAPPER_${name}`);
const VARIABLES = new Set([...Object.values(OWN_FLAGS).map(({ name }) => variableOf(name)), ...FURTHER_VARIABLES]);
const VARIABLE = /(?<name>SKOPEO_WRAPPER_[A-Z_]*[A-Z])(?:=(?<value>[^\s`,]+))?/g;

const faultOfVariable = (name: string, value: string | undefined): string | undefined => {
  if (!VARIABLES.has(name)) return 'there is no such variable';
  try {
    readOwnFlags(new Map(), { [name]: value });
    return undefined;
  } catch (error) {
    return String(error);
  }
};

describe('command lines in the documentation and the examples', () => {
  it('are understood by the program', async () => {
    const faults: string[] = [];
    for (const { place, argv } of await shownCommandLines()) {
      assert.doesNotMatch(argv.join(' '), /["'`]/, `${place}: quotes are not understood here`);
      const fault = await faultOf(argv);
      if (fault !== undefined) faults.push(`${place}: ${fault}: ${argv.join(' ')}`);
    }
    assert.deepEqual(faults, []);
  });

  it('are found in every kind of file', async () => {
    const files = new Set((await shownCommandLines()).map(({ place }) => place.replace(/:\d+$/, '')));
    for (const file of [
      ...['README.md', 'docs/sync.md', 'docs/json.md', 'examples/README.ru.md', 'examples/node_exporter.md'],
      ...['examples/cron/skopeo-wrapper', 'examples/systemd/skopeo-wrapper-mirror.service'],
      ...['cronjob.yml', 'indexed-job.yml', 'metrics-server.yml'].map((name) => `examples/kubernetes/${name}`),
    ]) {
      assert.ok(files.has(file), file);
    }
  });

  it('would not pass with an unknown command, flag or bad value', async () => {
    for (const call of [
      'mirror docker://r/a dir:b',
      'copy --job-nam x docker://r/a dir:b',
      'copy --timeout soon docker://r/a dir:b',
      'sync --file m.yml --lock never',
      'metrics-server --hots localhost',
      'doctor --tls-verfy=false quay.io',
      'metrics forget NAME',
    ]) {
      assert.notEqual(await faultOf(call.split(' ')), undefined, call);
    }
  });
});

describe('variables in the documentation and the examples', () => {
  it('exist, and take the values that are shown', async () => {
    let seen = 0;
    for (const { path, text } of await shownFiles()) {
      for (const { index, groups } of text.matchAll(VARIABLE)) {
        const line = text.slice(0, index).split('\n').length;
        const { name = '', value } = groups ?? {};
        assert.equal(faultOfVariable(name, value), undefined, `${path}:${line}: ${name}`);
        seen++;
      }
    }
    assert.ok(seen > 8);
  });

  it('would not pass if they were misspelt or had a bad value', () => {
    assert.notEqual(faultOfVariable('SKOPEO_WRAPPER_JOBNAME', 'x'), undefined);
    assert.notEqual(faultOfVariable('SKOPEO_WRAPPER_PROGRESS', 'fancy'), undefined);
  });
});
