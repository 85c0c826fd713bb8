import { oclifFlags } from '../cli/oclif-flags.ts';
import { EXISTS } from '../command-line/flags/exists.ts';
import { SKOPEO_FLAGS } from '../command-line/flags/table.ts';
import { existsRequest } from '../operation/exists-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** 0: the image exists; 2: it does not; 1: it could not be found out. */
export class Exists extends SkopeoCommand {
  static override id = 'exists';
  static override summary = 'Say by exit status whether an image exists: 0 yes, 2 no, 1 could not be found out';
  static override usage = ['exists', ...EXISTS.operands].join(' ');
  static override flags = oclifFlags(EXISTS);

  protected override table = { ...SKOPEO_FLAGS, subcommands: [EXISTS] };
  protected override request = existsRequest;
}
