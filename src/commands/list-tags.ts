import { oclifFlags } from '../cli/oclif-flags.ts';
import { LIST_TAGS } from '../command-line/flags/registry-commands.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo list-tags`: the same bytes on stdout, counted. */
export class ListTags extends SkopeoCommand {
  static override id = 'list-tags';
  static override summary = 'List the tags of a repository';
  static override usage = ['list-tags', ...LIST_TAGS.operands].join(' ');
  static override flags = oclifFlags(LIST_TAGS);

  protected override request = plainRequest('data');
}
