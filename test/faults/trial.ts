import { readdir } from 'node:fs/promises';
import { fakeSkopeo } from '../support/fake-skopeo.ts';
import { type CliResult, runCli } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { IS_NIGHT } from '../support/sequences.ts';
import { privateHome } from '../support/skopeo.ts';
import type { Passage } from './arena.ts';
import type { Command } from './commands.ts';
import type { Fault } from './fault.ts';
import type { Report } from './report.ts';

/** One run of the CLI against a fault, and all that it left. */
export interface Trial {
  readonly cli: Pick<CliResult, 'exitCode' | 'stdout' | 'stderr'>;
  /** Undefined when stdout is not exactly one JSON object. */
  readonly report: Report | undefined;
  /** `NAME=VALUE` in the environment of every process of the run. */
  readonly marker: string;
  readonly textfile: string;
  /** Files left in the directories for temporary files and credentials. */
  readonly leftFiles: readonly string[];
}

/** Longer than any bound of the table: a wrapper that hangs fails its test and not the suite. */
const LAST_RESORT_MS = 600_000;

/** Runs the command through the fault, at night in a process of its own. */
export const attempt = async (passage: Passage, fault: Fault, command: Command): Promise<Trial> => {
  const { dir } = passage;
  const marker = `SKOPEO_FAULT_TRIAL=${dir.path}`;
  const [name = '', value = ''] = marker.split('=');
  const textfile = dir.join('metrics', 'skopeo.prom');
  const fake = fault.fake && (await fakeSkopeo(dir.path, fault.fake));
  const own = ['--json', '--metrics-textfile', textfile, '--state-dir', dir.join('state')];
  const env = {
    ...privateHome(dir.join('home')),
    TMPDIR: dir.join('tmp'),
    [name]: value,
    ...passage.env,
    ...(fake && { SKOPEO_WRAPPER_SKOPEO_PATH: fake.path }),
  };
  const args = [...own, ...command.argv(passage, fault)];
  const cli =
    IS_NIGHT || passage.wrap
      ? await runCli(args, { env, ...(passage.wrap && { wrap: passage.wrap }), timeoutMs: LAST_RESORT_MS })
      : await runHere(args, { env });
  const temporary = await readdir(dir.join('tmp'));
  // skopeo's blob info cache and Node's cache of the compiled program may stay.
  const home = (await readdir(dir.join('home'))).filter((entry) => entry !== 'data' && entry !== '.cache');
  return { cli, report: command.readReport(cli.stdout), marker, textfile, leftFiles: [...temporary, ...home] };
};
