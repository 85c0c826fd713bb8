import { oclifFlags } from '../cli/oclif-flags.ts';
import { DELETE } from '../command-line/flags/registry-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo delete`, counted. */
export class Delete extends SkopeoCommand {
  static override id = 'delete';
  static override summary = 'Delete an image';
  static override usage = ['delete', ...DELETE.operands].join(' ');
  static override flags = oclifFlags(DELETE);

  protected override request = plainRequest('data');
}
