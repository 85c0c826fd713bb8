/** One argument for skopeo, or a flag with its value; `--` is a terminator. */
export type SkopeoArgument =
  | { readonly type: 'flag'; readonly name: string; readonly written: readonly string[] }
  | { readonly type: 'operand' | 'terminator'; readonly written: readonly [string] };

/** What to change about the arguments for skopeo. */
export interface ArgumentChanges {
  /** Added after the user's flags, so that they win. */
  readonly add?: readonly SkopeoArgument[];
  /** Names of flags to leave out. */
  readonly drop?: readonly string[];
}

/** A flag with a value. */
export const flagArgument = (name: string, value: string): SkopeoArgument => ({
  type: 'flag',
  name,
  written: [`--${name}`, value],
});

/** A boolean flag that is set. */
export const switchArgument = (name: string): SkopeoArgument => ({ type: 'flag', name, written: [`--${name}`] });

/**
 * The argument for a flag and its value: `true` for a boolean flag, undefined for no argument at all. Written as one
 * word.
 */
export const givenArgument = (name: string, value: string | boolean | undefined): readonly SkopeoArgument[] =>
  value === undefined ? [] : [{ type: 'flag', name, written: [value === true ? `--${name}` : `--${name}=${value}`] }];

export const operandArgument = (operand: string): SkopeoArgument => ({ type: 'operand', written: [operand] });

/** The arguments with some added and some removed. */
export const withChanges = (
  args: readonly SkopeoArgument[],
  { add = [], drop = [] }: ArgumentChanges,
): readonly SkopeoArgument[] => {
  const kept = args.filter((argument) => argument.type !== 'flag' || !drop.includes(argument.name));
  const terminator = kept.findIndex(({ type }) => type === 'terminator');
  return kept.toSpliced(terminator < 0 ? kept.length : terminator, 0, ...add);
};

/** The arguments as a process gets them, without the program name. */
export const argvOf = (args: readonly SkopeoArgument[]): string[] => args.flatMap(({ written }) => [...written]);

/** Value of the last flag of that name. */
export const lastValueOf = (args: readonly SkopeoArgument[], name: string): string | undefined => {
  const written = args.findLast((argument) => argument.type === 'flag' && argument.name === name)?.written;
  const [first = '', second] = written ?? [];
  return first.includes('=') ? first.slice(first.indexOf('=') + 1) : second;
};
