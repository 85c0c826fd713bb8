import { oclifFlags } from '../cli/oclif-flags.ts';
import { STANDALONE_VERIFY } from '../command-line/flags/local-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo standalone-verify`, counted. */
export class StandaloneVerify extends SkopeoCommand {
  static override id = 'standalone-verify';
  static override summary = 'Verify the signature of a manifest file';
  static override usage = ['standalone-verify', ...STANDALONE_VERIFY.operands].join(' ');
  static override flags = oclifFlags(STANDALONE_VERIFY);

  protected override request = plainRequest('data');
}
