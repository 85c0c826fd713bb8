import type { Env } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import type { CredentialsBySide } from '../registry/credentials/logins.ts';
import { flagLookup, type KnownFlag, OWN_KNOWN_FLAGS } from './flag-lookup.ts';
import { ROOT_FLAGS } from './flags/global.ts';
import type { FlagSpec, SubcommandSpec } from './flags/spec.ts';
import { type FlagTable, SKOPEO_FLAGS, subcommandSpec } from './flags/table.ts';
import { type OwnFlags, readOwnFlags } from './own-flags.ts';
import type { SkopeoArgument } from './skopeo-arguments.ts';
import { readCredentials, readSkopeoValues, type SkopeoValues } from './skopeo-values.ts';
import { type FlagToken, type Token, tokenize } from './tokens.ts';

/** A command line that was parsed. */
export interface CommandLine {
  /** Undefined: there is none (`--help`, `--version`, nothing at all). */
  readonly subcommand: string | undefined;
  /** Undefined: no subcommand, or one that the table does not know; its arguments then go to skopeo unparsed. */
  readonly spec: SubcommandSpec | undefined;
  /** The arguments after the subcommand that are not flags. */
  readonly operands: readonly string[];
  /**
   * The arguments for skopeo, in the user's order and spelling, subcommand included, without secrets and without the
   * wrapper's flags.
   */
  readonly skopeoArguments: readonly SkopeoArgument[];
  readonly values: SkopeoValues;
  readonly credentials: CredentialsBySide;
  readonly own: OwnFlags;
  /** Flags of skopeo that were given and that skopeo itself must support; for the version check. */
  readonly skopeoFlags: readonly FlagSpec[];
}

/** The text of a flag of skopeo or of `sync`, the last one if it was given several times. */
export const textOf = ({ values }: Pick<CommandLine, 'values'>, name: string): string | undefined =>
  values.byName.get(name)?.at(-1);

/** The value of a flag that takes one of a few words; undefined: not given. Throws a usage error for any other. */
export const wordOf = <const Word extends string>(
  line: Pick<CommandLine, 'values'>,
  name: string,
  words: readonly Word[],
): Word | undefined => {
  const text = textOf(line, name);
  const word = words.find((candidate) => candidate === text);
  if (text === undefined || word !== undefined) return word;
  throw usageError(`--${name}: "${text}" is not valid`, `Give one of ${words.join(', ')}.`);
};

/** Whether a boolean flag is given and not switched off (`--prune=false`). */
export const isSet = (line: Pick<CommandLine, 'values'>, name: string): boolean =>
  (textOf(line, name) ?? 'false') !== 'false';

interface Split {
  readonly tokens: readonly Token<KnownFlag>[];
  readonly subcommand: string | undefined;
  readonly spec: SubcommandSpec | undefined;
}

const OPERAND = (value: string): Token<KnownFlag> => ({ type: 'operand', value });

/** Arguments of an unknown subcommand: only the wrapper's own flags are taken out. */
const unreadTokens = (argv: readonly string[]): readonly Token<KnownFlag>[] => {
  const tokens: Token<KnownFlag>[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--') return [...tokens, ...argv.slice(at).map(OPERAND)];
    const [, name = '', inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argument) ?? [];
    const flag = OWN_KNOWN_FLAGS.get(name);
    if (flag === undefined) {
      tokens.push(OPERAND(argument));
      continue;
    }
    const value = inline ?? (flag.kind === 'boolean' ? 'true' : argv[++at]);
    tokens.push({ type: 'flag', flag, value: value ?? '', written: [argument] });
  }
  return tokens;
};

/** Before the subcommand global flags are valid, after it global flags and those of the subcommand. */
const split = (argv: readonly string[], { globalFlags, subcommands }: FlagTable): Split => {
  const before: Token<KnownFlag>[] = [];
  for (const { next, ...token } of tokenize(argv, flagLookup([...globalFlags, ...ROOT_FLAGS]))) {
    before.push(token);
    if (token.type !== 'operand') continue;
    const spec = subcommandSpec(token.value, subcommands);
    const rest = argv.slice(next);
    const after = spec
      ? Array.from(tokenize(rest, flagLookup([...globalFlags, ...spec.flags], spec.name)))
      : unreadTokens(rest);
    return { tokens: [...before, ...after], subcommand: token.value, spec };
  }
  return { tokens: before, subcommand: undefined, spec: undefined };
};

const collect = (flags: readonly FlagToken<KnownFlag>[]): ReadonlyMap<string, readonly string[]> => {
  const texts = new Map<string, string[]>();
  for (const { flag, value } of flags) texts.set(flag.name, [...(texts.get(flag.name) ?? []), value]);
  return texts;
};

const flagsOf = (tokens: readonly Token<KnownFlag>[]) => tokens.filter((token) => token.type === 'flag');

const ownFlagsOf = (flags: readonly FlagToken<KnownFlag>[], env: Env): OwnFlags => {
  const own = collect(flags.filter(({ flag }) => flag.skopeo === undefined));
  return readOwnFlags(new Map(Array.from(own, ([name, texts]) => [name, texts.at(-1) ?? ''])), env);
};

/**
 * The wrapper's own flags, from a command line that as a whole cannot be parsed. Throws for a bad value of one of them.
 */
export const readOwnFlagsAlone = (argv: readonly string[], env: Env): OwnFlags =>
  ownFlagsOf(flagsOf(unreadTokens(argv)), env);

const skopeoArgument = (token: Token<KnownFlag>): readonly SkopeoArgument[] => {
  if (token.type === 'operand') return [{ type: 'operand', written: [token.value] }];
  if (token.type === 'terminator') return [{ type: 'terminator', written: ['--'] }];
  const { flag, written } = token;
  if (flag.skopeo === undefined || flag.skopeo.handledByWrapper) return [];
  return [{ type: 'flag', name: flag.name, written }];
};

/**
 * Parses a command line as skopeo would, takes out what belongs to the wrapper, and checks the values that the wrapper
 * uses. `argv` is without node and script. Throws a usage error (status 64) before anything is touched.
 */
export const parseCommandLine = (argv: readonly string[], env: Env, table: FlagTable = SKOPEO_FLAGS): CommandLine => {
  const { tokens, subcommand, spec } = split(argv, table);
  const flags = flagsOf(tokens);
  const credentials = flags.filter(({ flag }) => flag.skopeo?.secret || flag.name.endsWith('username'));
  const open = flags.filter(({ flag }) => flag.skopeo !== undefined && !flag.skopeo.secret);
  const firstOperand = tokens.findIndex((token) => token.type === 'operand');
  return {
    subcommand,
    spec,
    operands: tokens.slice(firstOperand + 1).flatMap((token) => (token.type === 'operand' ? [token.value] : [])),
    skopeoArguments: tokens.flatMap(skopeoArgument),
    values: readSkopeoValues(collect(open)),
    credentials: readCredentials(collect(credentials)),
    own: ownFlagsOf(flags, env),
    skopeoFlags: open.flatMap(({ flag }) => (flag.skopeo && !flag.skopeo.handledByWrapper ? [flag.skopeo] : [])),
  };
};
