import { oclifFlags } from '../cli/oclif-flags.ts';
import { plainRequest } from '../operation/plain-request.ts';
import { LOGIN } from '../skopeo/flags/login.ts';
import { SkopeoCommand } from './skopeo-command.ts';

/** `skopeo login`: may ask for a password, so the terminal is skopeo's. */
export class Login extends SkopeoCommand {
  static override id = 'login';
  static override summary = 'Log in to a registry';
  static override usage = ['login', ...LOGIN.operands].join(' ');
  static override flags = oclifFlags(LOGIN);

  protected override request = plainRequest('terminal');
}
