import { oclifFlags } from '../cli/oclif-flags.ts';
import { readCommandLine } from '../cli/read-command-line.ts';
import { readLineOfRun } from '../cli/read-line-of-run.ts';
import { runTracked } from '../cli/run-tracked.ts';
import { refuseUnknownSubcommand } from '../cli/unknown-subcommand.ts';
import { type CommandClass, WrapperCommand } from '../cli/wrapper-command.ts';
import { COPY } from '../command-line/flags/copy.ts';
import {
  GENERATE_SIGSTORE_KEY,
  MANIFEST_DIGEST,
  STANDALONE_SIGN,
  STANDALONE_VERIFY,
} from '../command-line/flags/local-commands.ts';
import { EXISTS } from '../command-line/flags/own-commands.ts';
import { DELETE, INSPECT, LIST_TAGS, LOGIN, LOGOUT } from '../command-line/flags/registry-commands.ts';
import type { SubcommandSpec } from '../command-line/flags/spec.ts';
import { SKOPEO_FLAGS } from '../command-line/flags/table.ts';
import { copyTask } from '../operation/copy-task.ts';
import { existsTask, plainTask } from '../operation/plain-task.ts';
import type { ToTask } from '../operation/request.ts';

interface SkopeoCommand {
  readonly spec: SubcommandSpec;
  readonly summary: string;
  /** What the subcommand asks of skopeo. Default: the same bytes on stdout, or a dialogue with the user. */
  readonly toTask?: ToTask;
}

/** The subcommands of skopeo, and `exists`, that run as tracked operations. */
const SKOPEO_COMMANDS = {
  copy: { spec: COPY, summary: 'Copy an image, with progress and metrics', toTask: copyTask },
  delete: { spec: DELETE, summary: 'Delete an image' },
  exists: {
    spec: EXISTS,
    summary: 'Say by exit status whether an image exists: 0 yes, 2 no, 1 could not be found out',
    toTask: existsTask,
  },
  'generate-sigstore-key': { spec: GENERATE_SIGSTORE_KEY, summary: 'Generate a sigstore key pair' },
  inspect: { spec: INSPECT, summary: 'Show an image of any transport' },
  'list-tags': { spec: LIST_TAGS, summary: 'List the tags of a repository' },
  login: { spec: LOGIN, summary: 'Log in to a registry' },
  logout: { spec: LOGOUT, summary: 'Log out of a registry' },
  'manifest-digest': { spec: MANIFEST_DIGEST, summary: 'Compute the digest of a manifest file' },
  'standalone-sign': { spec: STANDALONE_SIGN, summary: 'Sign a manifest file with a GPG key' },
  'standalone-verify': { spec: STANDALONE_VERIFY, summary: 'Verify the signature of a manifest file' },
} as const satisfies Readonly<Record<string, SkopeoCommand>>;

/** The class of one of these subcommands: the flag table parses it, and it runs as a tracked operation. */
export const skopeoCommand = (id: keyof typeof SKOPEO_COMMANDS): CommandClass => {
  const { spec, summary, toTask = plainTask('data') }: SkopeoCommand = SKOPEO_COMMANDS[id];
  const table = SKOPEO_FLAGS.subcommands.includes(spec) ? SKOPEO_FLAGS : { ...SKOPEO_FLAGS, subcommands: [spec] };
  return class extends WrapperCommand {
    static override readonly oclifParses = false;
    static override id = id;
    static override strict = false;
    static override summary = summary;
    static override usage = [id, ...spec.operands].join(' ');
    static override flags = oclifFlags(spec);

    async run(): Promise<number> {
      return runTracked(await readLineOfRun(this.argv, this.context, table), this.context, toTask);
    }
  };
};

/**
 * The class for a subcommand that this program does not know and the installed skopeo does: it is passed to skopeo
 * unchanged and counted as `other`. If stderr is a terminal, skopeo gets all streams; otherwise stderr is read to find out
 * why it failed. `known`: our own commands, one of which may have been meant.
 */
export const passthrough = (known: readonly string[]): CommandClass =>
  class extends WrapperCommand {
    static override id = 'passthrough';
    static override hidden = true;
    static override readonly oclifParses = false;
    static override strict = false;
    static override summary = 'Hand a subcommand on to skopeo';

    async run(): Promise<number> {
      const line = await readCommandLine(this.argv, this.context);
      await refuseUnknownSubcommand(line, this.context, known);
      const streams = this.context.stderr.isTTY === true ? 'terminal' : 'data';
      return runTracked(line, this.context, plainTask(streams));
    }
  };
