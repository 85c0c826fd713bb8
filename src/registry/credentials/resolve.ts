import { readFileSync } from 'node:fs';
import { EXIT, usageError, WrapperError } from '../../errors/wrapper-error.ts';
import { Secret } from '../../secrets/secret.ts';
import type { CredentialsBySide, GivenCredentials, Side } from './given.ts';

/** A user name and password, wherever they came from. */
export interface Login {
  readonly username: string;
  readonly password: Secret;
}

/** All ways in which credentials may come, the strongest first: flags, files, environment. */
export interface CredentialSources {
  readonly credentials: CredentialsBySide;
  readonly values: { readonly noCreds: Readonly<Record<Side, boolean>> };
  /** Files with `USERNAME:PASSWORD` on their first line. */
  readonly own: {
    readonly credsFile: string | undefined;
    readonly srcCredsFile: string | undefined;
    readonly destCredsFile: string | undefined;
  };
}

type Env = Readonly<Record<string, string | undefined>>;

/** The words of flags and variables for each side. */
const PREFIX: Readonly<Record<Side, string>> = { image: '', source: 'src-', destination: 'dest-' };

/** The variable with `USERNAME:PASSWORD` for a side: `SKOPEO_WRAPPER_CREDS`, `…_SRC_CREDS`, `…_DEST_CREDS`. */
const credentialsVariable = (side: Side): string =>
  `SKOPEO_WRAPPER_${PREFIX[side].toUpperCase().replace('-', '_')}CREDS`;

const parseLogin = (text: string, origin: string): Login => {
  const colon = text.indexOf(':');
  const username = colon < 0 ? text : text.slice(0, colon);
  if (username === '') throw usageError(`${origin} has no user name`, 'Write USERNAME:PASSWORD.');
  return { username, password: new Secret(colon < 0 ? '' : text.slice(colon + 1)) };
};

const readLogin = (file: string, origin: string): Login => {
  try {
    return parseLogin(readFileSync(file, 'utf8').split('\n')[0]?.replace(/\r$/, '') ?? '', `${origin} ${file}`);
  } catch (error) {
    if (error instanceof WrapperError) throw error;
    throw new WrapperError(`${origin} ${file} cannot be read`, {
      errorType: 'usage',
      exitCode: EXIT.usage,
      next: 'Give a readable file with USERNAME:PASSWORD on its first line.',
      cause: error,
    });
  }
};

/** The combinations that skopeo refuses, which it cannot see any more. */
const checkCombination = (given: GivenCredentials, noCreds: boolean, prefix: string): void => {
  const { creds, username, password, registryToken } = given;
  const flag = (name: string) => `--${prefix}${name}`;
  const clash = (a: string, b: string) => usageError(`${flag(a)} and ${flag(b)} cannot be used together`, `Give one.`);
  if (creds && noCreds) throw clash('creds', 'no-creds');
  if (username !== undefined && noCreds) throw clash('username', 'no-creds');
  if (creds && username !== undefined) throw clash('creds', 'username');
  if (username !== undefined && !password) throw usageError(`${flag('username')} needs ${flag('password')}`);
  if (password && username === undefined) throw usageError(`${flag('password')} needs ${flag('username')}`);
  if (username?.includes(':')) throw usageError(`${flag('username')} must not hold a colon`);
  if (registryToken) {
    throw usageError(
      `${flag('registry-token')} cannot be used: skopeo takes a token only as an argument, which every user of this host can read`,
      `Give credentials instead (${flag('creds')}, ${flag('creds-file')} or an authfile).`,
    );
  }
};

const FILE = { image: 'credsFile', source: 'srcCredsFile', destination: 'destCredsFile' } as const;

/** The login for one side, or undefined: then skopeo finds its own in authfiles and helpers. */
export const resolveLogin = (
  side: Side,
  { credentials, values, own }: CredentialSources,
  env: Env,
): Login | undefined => {
  const prefix = PREFIX[side];
  const given = credentials[side] ?? {};
  const isAnonymous = values.noCreds[side];
  checkCombination(given, isAnonymous, prefix);
  if (given.creds) return parseLogin(given.creds.reveal(), `--${prefix}creds`);
  if (given.username !== undefined && given.password) return { username: given.username, password: given.password };
  return isAnonymous ? undefined : loginOfHost(side, own[FILE[side]], env);
};

/** The login that a file or the environment holds for one side. */
export const loginOfHost = (side: Side, file: string | undefined, env: Env): Login | undefined => {
  if (file !== undefined) return readLogin(file, `--${PREFIX[side]}creds-file`);
  const variable = credentialsVariable(side);
  const text = env[variable];
  return text ? parseLogin(text, variable) : undefined;
};
