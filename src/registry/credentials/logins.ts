import type { Env } from '../../context.ts';
import { EXIT, usageError, WrapperError } from '../../errors/wrapper-error.ts';
import { readNamed } from '../../host/named-files.ts';
import { parseReference, parseSyncDestination } from '../../image/reference.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { Secret } from '../../secrets/secret.ts';

/** What credentials are for: the only image of a command, the source or the destination. */
export type Side = 'image' | 'source' | 'destination';

/** Credentials as flags gave them, for one side. */
export interface GivenCredentials {
  /** `USERNAME[:PASSWORD]` */
  readonly creds?: Secret;
  readonly username?: string;
  readonly password?: Secret;
  readonly registryToken?: Secret;
}

/** Sides without any credentials are absent. */
export type CredentialsBySide = Readonly<Partial<Record<Side, GivenCredentials>>>;

/** A user name and password, wherever they came from. */
export interface Login {
  readonly username: string;
  readonly password: Secret;
}

/** All sources of credentials, the strongest first: flags, files, environment. */
interface CredentialSources {
  readonly credentials: CredentialsBySide;
  readonly values: { readonly noCreds: Readonly<Record<Side, boolean>> };
  /** Files with `USERNAME:PASSWORD` on their first line. */
  readonly own: {
    readonly credsFile: string | undefined;
    readonly srcCredsFile: string | undefined;
    readonly destCredsFile: string | undefined;
  };
}

/** Where logins may come from. */
interface LoginPlaces {
  readonly env: Env;
  /** Ends the reading of a file to which nobody writes. */
  readonly signal: AbortSignal;
}

/** The prefix of flags and variables for each side. */
const PREFIX: Readonly<Record<Side, string>> = { image: '', source: 'src-', destination: 'dest-' };

/** The flag of skopeo that names an authfile for a side. */
export const authfileFlag = (side: Side): string => `${PREFIX[side]}authfile`;

/** The variable with `USERNAME:PASSWORD` for a side: `SKOPEO_WRAPPER_CREDS`, `…_SRC_CREDS`, `…_DEST_CREDS`. */
const credentialsVariable = (side: Side): string =>
  `SKOPEO_WRAPPER_${PREFIX[side].toUpperCase().replace('-', '_')}CREDS`;

const parseLogin = (text: string, origin: string): Login => {
  const colon = text.indexOf(':');
  const username = colon < 0 ? text : text.slice(0, colon);
  if (username === '') throw usageError(`${origin} has no user name`, 'Write USERNAME:PASSWORD.');
  return { username, password: new Secret(colon < 0 ? '' : text.slice(colon + 1)) };
};

/** No password is longer, and only the first line is needed. */
const MAX_CREDS_BYTES = 1024 ** 2;

const readLogin = async (file: string, origin: string, signal: AbortSignal): Promise<Login> => {
  try {
    const text = (await readNamed(file, MAX_CREDS_BYTES, signal)).toString();
    return parseLogin(text.split('\n')[0]?.replace(/\r$/, '') ?? '', `${origin} ${file}`);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WrapperError) throw error;
    throw new WrapperError(`${origin} ${file} cannot be read`, {
      errorType: 'usage',
      exitCode: EXIT.usage,
      next: 'Give a readable file with USERNAME:PASSWORD on its first line.',
      cause: error,
    });
  }
};

/** Refuses combinations that skopeo refuses, too; skopeo does not get these flags any more. */
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

/** The login for one side, or undefined: then skopeo searches authfiles and helpers itself. */
export const resolveLogin = async (
  side: Side,
  { credentials, values, own }: CredentialSources,
  places: LoginPlaces,
): Promise<Login | undefined> => {
  const prefix = PREFIX[side];
  const given = credentials[side] ?? {};
  const isAnonymous = values.noCreds[side];
  checkCombination(given, isAnonymous, prefix);
  if (given.creds) return parseLogin(given.creds.reveal(), `--${prefix}creds`);
  if (given.username !== undefined && given.password) return { username: given.username, password: given.password };
  return isAnonymous ? undefined : loginOfHost(side, own[FILE[side]], places);
};

/** The login in a file or in the environment for one side. */
const loginOfHost = async (
  side: Side,
  file: string | undefined,
  { env, signal }: LoginPlaces,
): Promise<Login | undefined> => {
  if (file !== undefined) return readLogin(file, `--${PREFIX[side]}creds-file`, signal);
  const variable = credentialsVariable(side);
  const text = env[variable];
  return text ? parseLogin(text, variable) : undefined;
};

/** A login for the registry of one side of a command. */
export interface SideLogin {
  readonly side: Side;
  readonly registry: string;
  /** The user's own authfile, to which the login is added; undefined: where skopeo searches by default. */
  readonly authFile: string | undefined;
  readonly login: Login;
}

/** The credentials of a command line. */
export interface GivenLogins {
  readonly logins: readonly SideLogin[];
  /**
   * Only for `login`: the password that skopeo is to read on its stdin, and the user name unless that is an argument
   * already.
   */
  readonly answer?: { readonly username?: string; readonly password: Secret };
}

/** The parts of a command line on which its logins depend. */
interface LoginRequest extends CredentialSources {
  readonly subcommand: string | undefined;
  readonly operands: readonly string[];
  readonly values: CredentialSources['values'] & {
    /** Authfiles the user named; `image` is `--authfile`. */
    readonly authfile: Readonly<Record<Side, string | undefined>>;
    /** `--src` and `--dest` of sync. */
    readonly transport: { readonly source: string | undefined; readonly destination: string | undefined };
    readonly passwordStdin: boolean;
    readonly byName: ReadonlyMap<string, readonly string[]>;
  };
}

const PAIR_COMMANDS = new Set(['copy', 'sync']);

/** The registry of a side; undefined where credentials have no meaning (`dir:`, archives). */
const registryOfSide = (side: Side, reference: string, { subcommand, values }: LoginRequest): string | undefined => {
  const scheme = side === 'image' || subcommand !== 'sync' ? undefined : values.transport[side];
  if (scheme === 'yaml') {
    throw usageError(
      'credentials for the source cannot be combined with --src yaml, which may name many registries',
      'Put them into an authfile (skopeo-wrapper login REGISTRY).',
    );
  }
  const isPrefix = scheme !== undefined && side === 'destination';
  const { transport, registry } = isPrefix
    ? parseSyncDestination(reference, scheme)
    : parseReference(reference, scheme);
  return transport === 'docker' ? registry : undefined;
};

/** `login` reads a password on stdin; this needs a user name. */
const answerOfLogin = async (
  { credentials, own, values }: LoginRequest,
  { redactor, ...places }: LoginContext,
): Promise<GivenLogins> => {
  const { username, password } = credentials.image ?? {};
  if (password !== undefined) {
    if (values.passwordStdin) throw usageError('--password and --password-stdin cannot be used together', 'Give one.');
    redactor.learn(password);
    if (username === undefined) throw usageError('--password needs --username');
    redactor.learnLogin({ username, password });
    return { logins: [], answer: { password } };
  }
  const asksElsewhere = username !== undefined || values.passwordStdin || values.byName.has('get-login');
  const login = asksElsewhere ? undefined : await loginOfHost('image', own.credsFile, places);
  if (login === undefined) return { logins: [] };
  redactor.learnLogin(login);
  return { logins: [], answer: login };
};

interface LoginContext extends LoginPlaces {
  /** Receives the logins, to hide their passwords. */
  readonly redactor: Redactor;
}

/**
 * All credentials that a command line gives. Throws usage errors for combinations that skopeo refuses, and the signal's
 * reason when it aborts.
 */
export const loginsOf = async (request: LoginRequest, context: LoginContext): Promise<GivenLogins> => {
  const { subcommand, operands, values } = request;
  if (subcommand === 'login') return answerOfLogin(request, context);
  const sides: readonly Side[] = PAIR_COMMANDS.has(subcommand ?? '') ? ['source', 'destination'] : ['image'];
  const logins: SideLogin[] = [];
  for (const [at, side] of sides.entries()) {
    const login = await resolveLogin(side, request, context);
    if (login === undefined) continue;
    context.redactor.learnLogin(login);
    const registry = registryOfSide(side, operands[at] ?? '', request);
    const authFile = values.authfile[side] ?? values.authfile.image;
    if (registry !== undefined) logins.push({ side, registry, authFile, login });
  }
  return { logins };
};
