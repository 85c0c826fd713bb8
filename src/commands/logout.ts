import { oclifFlags } from '../cli/oclif-flags.ts';
import { LOGOUT } from '../command-line/flags/login.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo logout`, counted. */
export class Logout extends SkopeoCommand {
  static override id = 'logout';
  static override summary = 'Log out of a registry';
  static override usage = ['logout', ...LOGOUT.operands].join(' ');
  static override flags = oclifFlags(LOGOUT);

  protected override request = plainRequest('data');
}
