import { booleanFlag, type FlagSpec, type SubcommandSpec, stringFlag } from './spec.ts';

const COMMON: readonly FlagSpec[] = [
  stringFlag('authfile', 'FILE', 'registry credentials file'),
  stringFlag('compat-auth-file', 'FILE', 'Docker-compatible file to update instead', { since: '1.14.0' }),
  booleanFlag('tls-verify', 'require HTTPS and verify certificates'),
];

export const LOGIN: SubcommandSpec = {
  name: 'login',
  summary: 'Log in to a registry',
  operands: ['REGISTRY'],
  flags: [
    ...COMMON,
    stringFlag('cert-dir', 'DIR', 'certificates for the registry'),
    booleanFlag('get-login', 'show the user that is logged in'),
    stringFlag('password', 'PASSWORD', 'password for the registry', {
      short: 'p',
      secret: true,
      handledByWrapper: true,
    }),
    booleanFlag('password-stdin', 'read the password from stdin'),
    stringFlag('username', 'USERNAME', 'user name for the registry', { short: 'u' }),
    booleanFlag('verbose', 'more details on stdout', { short: 'v' }),
  ],
};

export const LOGOUT: SubcommandSpec = {
  name: 'logout',
  summary: 'Log out of a registry',
  operands: ['[REGISTRY]'],
  flags: [...COMMON, booleanFlag('all', 'remove the credentials of all registries', { short: 'a' })],
};
