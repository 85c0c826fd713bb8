import { oclifFlags } from '../cli/oclif-flags.ts';
import { LOGIN } from '../command-line/flags/login.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo login`: asks for a password on stdout and reads it from stdin, both of which are ours. */
export class Login extends SkopeoCommand {
  static override id = 'login';
  static override summary = 'Log in to a registry';
  static override usage = ['login', ...LOGIN.operands].join(' ');
  static override flags = oclifFlags(LOGIN);

  protected override request = plainRequest('data');
}
