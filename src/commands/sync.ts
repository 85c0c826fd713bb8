import { oclifFlags } from '../cli/oclif-flags.ts';
import { readLineOfRun } from '../cli/read-line-of-run.ts';
import { runSyncCommand } from '../cli/sync/run-sync.ts';
import { refuseUnknownToEngine, SYNC_COMMAND } from '../cli/sync/sync-flags.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { SKOPEO_FLAGS } from '../command-line/flags/table.ts';

/** Does what `skopeo sync` does, many images at a time, and mirrors by its own configuration file. */
export class SyncCommand extends WrapperCommand {
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
    const table = { ...SKOPEO_FLAGS, subcommands: [SYNC_COMMAND] };
    const line = await readLineOfRun(this.argv, this.context, table);
    refuseUnknownToEngine(line);
    return runSyncCommand(line, this.context);
  }
}
