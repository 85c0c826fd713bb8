import { oclifFlags } from '../cli/oclif-flags.ts';
import { MANIFEST_DIGEST } from '../command-line/flags/local-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo manifest-digest`: the same bytes on stdout, counted. */
export class ManifestDigest extends SkopeoCommand {
  static override id = 'manifest-digest';
  static override summary = 'Compute the digest of a manifest file';
  static override usage = ['manifest-digest', ...MANIFEST_DIGEST.operands].join(' ');
  static override flags = oclifFlags(MANIFEST_DIGEST);

  protected override request = plainRequest('data');
}
