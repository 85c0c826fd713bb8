import { imageFlags, RETRY_FLAGS, registryFlags } from './shared.ts';
import { booleanFlag, type FlagSpec, type SubcommandSpec, stringFlag } from './spec.ts';

export const INSPECT: SubcommandSpec = {
  name: 'inspect',
  summary: 'Show what is known of an image',
  operands: ['IMAGE-NAME'],
  flags: [
    booleanFlag('config', 'show the configuration'),
    stringFlag('format', 'TEMPLATE', 'Go template of the output', { short: 'f' }),
    booleanFlag('no-tags', 'do not list the tags of the repository', { short: 'n' }),
    booleanFlag('raw', 'show the manifest or configuration byte for byte'),
    ...imageFlags(''),
    ...RETRY_FLAGS,
  ],
};

export const DELETE: SubcommandSpec = {
  name: 'delete',
  summary: 'Delete an image',
  operands: ['IMAGE-NAME'],
  flags: [...imageFlags(''), ...RETRY_FLAGS],
};

export const LIST_TAGS: SubcommandSpec = {
  name: 'list-tags',
  summary: 'List the tags of a repository',
  operands: ['SOURCE-IMAGE'],
  flags: [...registryFlags(''), ...RETRY_FLAGS],
};

/** Deprecated by skopeo in favour of `copy`. */
export const LAYERS: SubcommandSpec = {
  name: 'layers',
  summary: 'Get layers of an image',
  operands: ['IMAGE-NAME', '[LAYER...]'],
  flags: [...imageFlags(''), ...RETRY_FLAGS],
  hidden: true,
};

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
