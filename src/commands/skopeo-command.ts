import { runTracked } from '../cli/run-tracked.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import type { CommandLine } from '../command-line/command-line.ts';
import { type FlagTable, SKOPEO_FLAGS } from '../command-line/flags/table.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import type { RequestContext } from '../operation/copy-request.ts';
import type { OperationRequest } from '../operation/run-operation.ts';

/** A subcommand of skopeo: parsed by the flag table, run as a tracked operation. */
export abstract class SkopeoCommand extends WrapperCommand {
  static override readonly oclifParses = false;
  static override strict = false;

  /** The table that the command line is read by. */
  protected readonly table: FlagTable = SKOPEO_FLAGS;

  /** What the command line asks for. */
  protected abstract request(line: CommandLine, context: RequestContext): OperationRequest;

  async run(): Promise<number> {
    const line = await readCommandLine([this.id ?? '', ...this.argv], this.context, this.table);
    return runTracked(line, this.context, (understood, context) => this.request(understood, context));
  }
}
