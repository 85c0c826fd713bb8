import { oclifFlags } from '../cli/oclif-flags.ts';
import { INSPECT } from '../command-line/flags/registry-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo inspect`: the same bytes on stdout, counted. */
export class Inspect extends SkopeoCommand {
  static override id = 'inspect';
  static override summary = 'Show an image of any transport';
  static override usage = ['inspect', ...INSPECT.operands].join(' ');
  static override flags = oclifFlags(INSPECT);

  protected override request = plainRequest('data');
}
