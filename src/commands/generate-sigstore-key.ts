import { oclifFlags } from '../cli/oclif-flags.ts';
import { GENERATE_SIGSTORE_KEY } from '../command-line/flags/local-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo generate-sigstore-key`: asks for a passphrase on stdout, which is ours. */
export class GenerateSigstoreKey extends SkopeoCommand {
  static override id = 'generate-sigstore-key';
  static override summary = 'Generate a sigstore key pair';
  static override usage = ['generate-sigstore-key', ...GENERATE_SIGSTORE_KEY.operands].join(' ');
  static override flags = oclifFlags(GENERATE_SIGSTORE_KEY);

  protected override request = plainRequest('data');
}
