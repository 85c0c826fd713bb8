import { runTracked } from '../cli/run-tracked.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { plainRequest } from '../operation/plain-request.ts';

/**
 * Whatever skopeo knows and this program does not: handed on as it is, counted as `other`. On a terminal it has all of
 * it; elsewhere its error lines are read, since they tell how it failed.
 */
export class Passthrough extends WrapperCommand {
  static override id = 'passthrough';
  static override hidden = true;
  static override readonly oclifParses = false;
  static override strict = false;
  static override summary = 'Hand a subcommand on to skopeo';

  async run(): Promise<number> {
    const line = await readCommandLine(this.argv, this.context);
    const streams = this.context.stderr.isTTY === true ? 'terminal' : 'data';
    return runTracked(line, this.context, plainRequest(streams));
  }
}
