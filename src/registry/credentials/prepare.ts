import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../errors/wrapper-error.ts';
import { parseReference, parseSyncDestination } from '../../image/parse.ts';
import type { Secret } from '../../secrets/secret.ts';
import { readAuthfiles, withLogin } from './authfile.ts';
import type { Side } from './given.ts';
import { makePrivateDirectory } from './private-directory.ts';
import { type CredentialSources, type Login, loginOfHost, resolveLogin } from './resolve.ts';

/** What of a command line the credentials depend on. */
export interface CredentialRequest extends CredentialSources {
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

/** Where the credentials are used. */
export interface CredentialHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/** Credentials as skopeo gets them: by files, or on stdin. Nothing of it is on an argv. */
export interface PreparedCredentials {
  /** To be added to skopeo's arguments. */
  readonly add: readonly string[];
  /** Flags of the user that `add` replaces. */
  readonly drop: readonly string[];
  /** What to write to skopeo's stdin (`login`). */
  readonly stdin?: Secret;
  /** Texts to hide in everything that is shown, stored or sent. */
  readonly secrets: readonly string[];
  /** Removes the files; may be called more than once. Synchronous, so that it works on every way out. */
  dispose(): void;
}

interface SideLogin {
  readonly side: Side;
  readonly reference: string | undefined;
  readonly login: Login;
}

const AUTHFILE_FLAG: Readonly<Record<Side, string>> = {
  image: 'authfile',
  source: 'src-authfile',
  destination: 'dest-authfile',
};

const PAIR_COMMANDS = new Set(['copy', 'sync']);

const collectLogins = (request: CredentialRequest, env: CredentialHost['env']): readonly SideLogin[] => {
  const [first, second] = request.operands;
  const sides: readonly (readonly [Side, string | undefined])[] = PAIR_COMMANDS.has(request.subcommand ?? '')
    ? [
        ['source', first],
        ['destination', second],
      ]
    : [['image', first]];
  return sides.flatMap(([side, reference]) => {
    const login = resolveLogin(side, request, env);
    return login === undefined ? [] : [{ side, reference, login }];
  });
};

/** The registry that a side is about; undefined where credentials have no meaning (`dir:`, archives). */
const registryOf = ({ side, reference = '' }: SideLogin, { subcommand, values }: CredentialRequest) => {
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

const secretTexts = ({ username, password }: Login): readonly string[] => {
  const plain = `${username}:${password.reveal()}`;
  return [plain, Buffer.from(plain).toString('base64'), password.reveal()].filter((text) => text.length > 2);
};

const NONE: PreparedCredentials = { add: [], drop: [], secrets: [], dispose: () => {} };

/** `login` takes a password on stdin; a user name is needed for that. */
const prepareLogin = (
  { credentials, own, values }: CredentialRequest,
  env: CredentialHost['env'],
): PreparedCredentials => {
  const { username, password } = credentials.image ?? {};
  if (password !== undefined) {
    if (values.passwordStdin) throw usageError('--password and --password-stdin cannot be used together', 'Give one.');
    if (username === undefined) throw usageError('--password needs --username');
    return { ...NONE, add: ['--password-stdin'], stdin: password, secrets: secretTexts({ username, password }) };
  }
  const asksElsewhere = username !== undefined || values.passwordStdin || values.byName.has('get-login');
  const login = asksElsewhere ? undefined : loginOfHost('image', own.credsFile, env);
  if (login === undefined) return NONE;
  const add = ['--username', login.username, '--password-stdin'];
  return { ...NONE, add, stdin: login.password, secrets: secretTexts(login) };
};

/**
 * Turns given credentials into what skopeo reads without anybody else being able to: for each side that has some, a
 * copy of the user's authfiles with the login added, mode 0600 in a directory of mode 0700. Without credentials
 * nothing is made. Throws usage errors for combinations that skopeo refuses.
 */
export const prepareCredentials = (request: CredentialRequest, { env, uid }: CredentialHost): PreparedCredentials => {
  if (request.subcommand === 'login') return prepareLogin(request, env);
  const { authfile } = request.values;
  const logins = collectLogins(request, env);
  const targets = logins.flatMap((login) => {
    const registry = registryOf(login, request);
    if (registry === undefined) return [];
    const file = readAuthfiles({ env, uid, given: authfile[login.side] ?? authfile.image });
    return [{ flag: AUTHFILE_FLAG[login.side], content: withLogin(file, registry, login.login) }];
  });
  const secrets = logins.flatMap(({ login }) => secretTexts(login));
  if (targets.length === 0) return { ...NONE, secrets };
  const directory = makePrivateDirectory(env);
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  try {
    for (const { flag, content } of targets) {
      writeFileSync(join(directory, `${flag}.json`), JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    }
  } catch (error) {
    dispose();
    throw error;
  }
  const flags = targets.map(({ flag }) => flag);
  return {
    add: flags.flatMap((flag) => [`--${flag}`, join(directory, `${flag}.json`)]),
    drop: flags,
    secrets,
    dispose,
  };
};
