import { usageError } from '../errors/wrapper-error.ts';
import type { ValueKind } from './flags/spec.ts';

/** What the tokenizer must know of a flag. */
export interface FlagShape {
  readonly name: string;
  readonly kind: ValueKind;
}

/** How flags are looked up: by name without dashes, or by their one letter. Throws for an unknown one. */
export interface FlagLookup<Flag extends FlagShape> {
  long(name: string): Flag;
  short(letter: string, argument: string): Flag;
}

/** One flag as it was given. */
export interface FlagToken<Flag extends FlagShape> {
  readonly type: 'flag';
  readonly flag: Flag;
  /** `true` for a boolean without a value. */
  readonly value: string;
  /** As it was written, one or two arguments; letters of a group are separated (`-af oci`: `-a`, `-f oci`). */
  readonly written: readonly string[];
}

export type Token<Flag extends FlagShape> =
  | FlagToken<Flag>
  | { readonly type: 'operand'; readonly value: string }
  /** `--`: every argument after it is an operand. */
  | { readonly type: 'terminator' };

interface ReadToken<Flag extends FlagShape> {
  readonly tokens: readonly Token<Flag>[];
  /** How many arguments were consumed. */
  readonly used: number;
}

const flagToken = <Flag extends FlagShape>(flag: Flag, value: string, ...written: string[]): FlagToken<Flag> => ({
  type: 'flag',
  flag,
  value,
  written,
});

const missingValue = (written: string) => usageError(`${written} needs a value`);

const longFlag = <Flag extends FlagShape>(
  argv: readonly string[],
  at: number,
  lookup: FlagLookup<Flag>,
): ReadToken<Flag> => {
  const argument = argv[at] ?? '';
  const equals = argument.indexOf('=');
  const flag = lookup.long(equals < 0 ? argument.slice(2) : argument.slice(2, equals));
  if (equals >= 0) return { tokens: [flagToken(flag, argument.slice(equals + 1), argument)], used: 1 };
  if (flag.kind === 'boolean') return { tokens: [flagToken(flag, 'true', argument)], used: 1 };
  const value = argv[at + 1];
  if (value === undefined) throw missingValue(argument);
  return { tokens: [flagToken(flag, value, argument, value)], used: 2 };
};

/** A group of letters. The first letter that takes a value takes the rest (`-afoci`, `-f=oci`) or the next argument. */
const shortFlags = <Flag extends FlagShape>(
  argv: readonly string[],
  at: number,
  lookup: FlagLookup<Flag>,
): ReadToken<Flag> => {
  const argument = argv[at] ?? '';
  const tokens: Token<Flag>[] = [];
  for (let index = 1; index < argument.length; index++) {
    const letter = argument.charAt(index);
    const flag = lookup.short(letter, argument);
    const rest = argument.slice(index + 1);
    if (rest.startsWith('=')) {
      return { tokens: [...tokens, flagToken(flag, rest.slice(1), `-${letter}${rest}`)], used: 1 };
    }
    if (flag.kind === 'boolean') {
      tokens.push(flagToken(flag, 'true', `-${letter}`));
      continue;
    }
    if (rest !== '') return { tokens: [...tokens, flagToken(flag, rest, `-${letter}${rest}`)], used: 1 };
    const value = argv[at + 1];
    if (value === undefined) throw missingValue(`-${letter}`);
    return { tokens: [...tokens, flagToken(flag, value, `-${letter}`, value)], used: 2 };
  }
  return { tokens, used: 1 };
};

/**
 * Splits arguments as skopeo does (Go's pflag): a value may begin with `-`, a boolean takes a value only after `=`, `-`
 * alone is an operand. Node's `util.parseArgs` treats short flags differently (`-f=oci`, `-a=false`).
 */
export function* tokenize<Flag extends FlagShape>(
  argv: readonly string[],
  lookup: FlagLookup<Flag>,
): Generator<Token<Flag> & { next: number }> {
  for (let at = 0; at < argv.length; ) {
    const argument = argv[at] ?? '';
    if (argument === '--') {
      yield { type: 'terminator', next: at + 1 };
      for (const value of argv.slice(at + 1)) yield { type: 'operand', value, next: argv.length };
      return;
    }
    if (!argument.startsWith('-') || argument === '-') {
      at++;
      yield { type: 'operand', value: argument, next: at };
      continue;
    }
    const step = argument.startsWith('--') ? longFlag(argv, at, lookup) : shortFlags(argv, at, lookup);
    at += step.used;
    for (const token of step.tokens) yield { ...token, next: at };
  }
}
