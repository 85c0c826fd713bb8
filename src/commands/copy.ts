import { oclifFlags } from '../cli/oclif-flags.ts';
import { copyRequest } from '../operation/copy-request.ts';
import { COPY } from '../skopeo/flags/copy.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo copy` with progress and metrics. */
export class Copy extends SkopeoCommand {
  static override id = 'copy';
  static override summary = 'Copy an image, with progress and metrics';
  static override usage = ['copy', ...COPY.operands].join(' ');
  static override flags = oclifFlags(COPY);

  protected override request = copyRequest;
}
