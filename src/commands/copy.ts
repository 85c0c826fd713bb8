import { oclifFlags } from '../cli/oclif-flags.ts';
import { COPY } from '../command-line/flags/copy.ts';
import { copyRequest } from '../operation/copy-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo copy` with progress and metrics. */
export class Copy extends SkopeoCommand {
  static override id = 'copy';
  static override summary = 'Copy an image, with progress and metrics';
  static override usage = ['copy', ...COPY.operands].join(' ');
  static override flags = oclifFlags(COPY);

  protected override request = copyRequest;
}
