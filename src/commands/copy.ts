import { parseCommandLine } from '../cli/command-line.ts';
import { runTracked } from '../cli/run-tracked.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { copyRequest } from '../operation/copy-request.ts';

/** `skopeo copy` with progress and metrics. */
export class Copy extends WrapperCommand {
  static override summary = 'Copy an image, with progress and metrics';
  static override description = 'Takes every option of skopeo copy, and the options of the wrapper.';
  static override usage = 'copy SOURCE-IMAGE DESTINATION-IMAGE';
  static override strict = false;

  async run(): Promise<number> {
    const line = parseCommandLine(['copy', ...this.argv], this.context.env);
    return runTracked(line, this.context, copyRequest);
  }
}
