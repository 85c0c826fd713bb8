import { oclifFlags } from '../cli/oclif-flags.ts';
import { STANDALONE_SIGN } from '../command-line/flags/local-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo standalone-sign`, counted. */
export class StandaloneSign extends SkopeoCommand {
  static override id = 'standalone-sign';
  static override summary = 'Sign a manifest file with a GPG key';
  static override usage = ['standalone-sign', ...STANDALONE_SIGN.operands].join(' ');
  static override flags = oclifFlags(STANDALONE_SIGN);

  protected override request = plainRequest('data');
}
