import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { stateDirFlag, stateLocations } from '../cli/state-flags.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { renderStatus, renderStatusJson } from '../display/status.ts';
import { systemHost } from '../host/host.ts';
import { readView } from '../metrics/state/reading/reader.ts';
import { makeStatus } from '../metrics/status.ts';

/** The state of the jobs of this host, and what runs now. */
export class StatusCommand extends WrapperCommand {
  static override id = 'status';
  static override summary = 'Show how the jobs of this host stand and what is running';
  static override usage = 'status [JOB...]';
  static override strict = false;
  static override args = { job: Args.string({ description: 'show these jobs alone' }) };
  static override flags = {
    json: Flags.boolean({ description: 'one JSON object on stdout' }),
    'state-dir': stateDirFlag,
  };

  async run(): Promise<number> {
    const { flags, argv } = await this.parse(StatusCommand);
    const { clock, stdout } = this.context;
    const locations = stateLocations(flags['state-dir'], this.context);
    const nowSeconds = clock.wallMs() / 1000;
    const view = readView({ locations, host: systemHost(clock) });
    const report = makeStatus(view, argv.map(String), nowSeconds);
    stdout.write(flags.json ? renderStatusJson(report) : renderStatus(report, nowSeconds));
    return report.exitCode;
  }
}
