import { parseCommandLine } from '../cli/command-line.ts';
import { oclifFlags } from '../cli/oclif-flags.ts';
import { runSyncCommand } from '../cli/run-sync.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { SUBCOMMANDS } from '../skopeo/flags/table.ts';
import { SYNC_COMMAND } from '../sync/command/sync-flags.ts';

/** What `skopeo sync` does, many images at a time, and mirrors by a file of their own. */
export class Sync extends WrapperCommand {
  static override readonly oclifParses = false;
  static override id = 'sync';
  static override strict = false;
  static override summary = SYNC_COMMAND.summary;
  static override usage = [
    'sync --src docker|dir|yaml --dest docker|dir SOURCE DESTINATION',
    'sync --file mirror.yml [--check|--dry-run]',
  ];
  static override flags = oclifFlags(SYNC_COMMAND);

  async run(): Promise<number> {
    const table = SUBCOMMANDS.map((subcommand) => (subcommand.name === 'sync' ? SYNC_COMMAND : subcommand));
    return runSyncCommand(parseCommandLine(['sync', ...this.argv], this.context.env, table), this.context);
  }
}
