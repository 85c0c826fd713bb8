import { defined } from '../defined.ts';
import { usageError } from '../errors/wrapper-error.ts';
import type { CredentialsBySide, GivenCredentials, Side } from '../registry/credentials/logins.ts';
import { Secret } from '../secrets/secret.ts';
import { DURATION_HINT, parseBoolean, parseDuration } from './values.ts';

/** The values of skopeo's flags that the wrapper itself needs; no secrets. */
export interface SkopeoValues {
  readonly help: boolean;
  readonly version: boolean;
  readonly all: boolean;
  readonly debug: boolean;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly passwordStdin: boolean;
  readonly noCreds: Readonly<Record<Side, boolean>>;
  /** Undefined: skopeo's default. */
  readonly tlsVerify: Readonly<Record<Side, boolean | undefined>>;
  readonly authfile: Readonly<Record<Side, string | undefined>>;
  readonly certDir: Readonly<Record<Side, string | undefined>>;
  readonly digestfile: string | undefined;
  readonly format: string | undefined;
  readonly multiArch: string | undefined;
  /** `--src` and `--dest` of sync. */
  readonly transport: Readonly<{ source: string | undefined; destination: string | undefined }>;
  readonly commandTimeoutSeconds: number | undefined;
  /** Attempts after the first one. */
  readonly retryTimes: number;
  /** Undefined: exponential from 1 s. */
  readonly retryDelaySeconds: number | undefined;
  /** Every value of a flag that is not secret, in order, by name without dashes. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

/** Texts of flags in the order of the command line, by name without dashes. */
type FlagTexts = ReadonlyMap<string, readonly string[]>;

const PREFIXES: Readonly<Record<Side, string>> = { image: '', source: 'src-', destination: 'dest-' };
const OLD_NAMES: Readonly<Record<Side, string | undefined>> = {
  image: undefined,
  source: 'screds',
  destination: 'dcreds',
};
const SIDES = ['image', 'source', 'destination'] as const satisfies readonly Side[];

const bySide = <T>(value: (prefix: string) => T): Readonly<Record<Side, T>> => ({
  image: value(PREFIXES.image),
  source: value(PREFIXES.source),
  destination: value(PREFIXES.destination),
});

/** Throws a usage error that names the flag, the bad value and what would be valid. */
const checked = <T>(name: string, text: string | undefined, parse: (text: string) => T | undefined, hint: string) => {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) throw usageError(`--${name}: "${text}" is not valid`, `Give ${hint}.`);
  return value;
};

const parseCount = (text: string) => (/^\+?\d{1,9}$/.test(text) ? Number(text) : undefined);

/** Throws a usage error for a value that the wrapper needs and cannot parse. */
export const readSkopeoValues = (texts: FlagTexts): SkopeoValues => {
  const text = (name: string) => texts.get(name)?.at(-1);
  const optionalBoolean = (name: string) => checked(name, text(name), parseBoolean, 'true or false');
  const boolean = (name: string) => optionalBoolean(name) ?? false;
  const seconds = (name: string) => checked(name, text(name), parseDuration, DURATION_HINT);
  return {
    help: boolean('help'),
    version: boolean('version'),
    all: boolean('all'),
    debug: boolean('debug'),
    dryRun: boolean('dry-run'),
    quiet: boolean('quiet'),
    passwordStdin: boolean('password-stdin'),
    noCreds: bySide((prefix) => boolean(`${prefix}no-creds`)),
    tlsVerify: bySide((prefix) => optionalBoolean(`${prefix}tls-verify`)),
    authfile: bySide((prefix) => text(`${prefix}authfile`)),
    certDir: bySide((prefix) => text(`${prefix}cert-dir`)),
    digestfile: text('digestfile'),
    format: text('format'),
    multiArch: text('multi-arch'),
    transport: { source: text('src'), destination: text('dest') },
    commandTimeoutSeconds: seconds('command-timeout') || undefined,
    retryTimes: checked('retry-times', text('retry-times'), parseCount, 'a whole number, 0 or more') ?? 0,
    retryDelaySeconds: seconds('retry-delay') || undefined,
    byName: texts,
  };
};

/** The credentials among the secret flags and user names, by the side they are for. */
export const readCredentials = (secrets: FlagTexts): CredentialsBySide => {
  const secret = (name: string | undefined) => {
    const text = name === undefined ? undefined : secrets.get(name)?.at(-1);
    return text === undefined ? undefined : new Secret(text);
  };
  const given = SIDES.map((side): [Side, GivenCredentials] => {
    const prefix = PREFIXES[side];
    const creds = secret(`${prefix}creds`) ?? secret(OLD_NAMES[side]);
    const username = secrets.get(`${prefix}username`)?.at(-1);
    const password = secret(`${prefix}password`);
    const registryToken = secret(`${prefix}registry-token`);
    return [
      side,
      {
        ...defined({ creds, username, password, registryToken }),
      },
    ];
  });
  return Object.fromEntries(given.filter(([, credentials]) => Object.keys(credentials).length > 0));
};
