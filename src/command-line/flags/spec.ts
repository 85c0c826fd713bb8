/** The value of a flag. Booleans stand alone (`--x`) or take a value only after `=` (`--x=false`), as in Go's pflag. */
export type ValueKind = 'boolean' | 'string' | 'integer' | 'duration';

/** One flag of skopeo. */
export interface FlagSpec {
  /** Without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly kind: ValueKind;
  /** The placeholder for the value in help texts. */
  readonly placeholder?: string;
  /** Every occurrence counts; of any other flag only the last one counts. */
  readonly repeatable?: true;
  readonly description: string;
  /** First skopeo version that has the flag; absent: 1.9.0 has it. */
  readonly since?: string;
  /** Accepted, but not shown in help. */
  readonly hidden?: true;
  /** The value must never reach an argv, a log or an error text. */
  readonly secret?: true;
  /** The wrapper itself implements the flag; skopeo does not get it. */
  readonly handledByWrapper?: true;
  /** Applies to every skopeo process that the command starts, not only to the one that does the requested work. */
  readonly shared?: true;
}

/** One subcommand of skopeo. */
export interface SubcommandSpec {
  readonly name: string;
  readonly summary: string;
  /** Operands as in skopeo's usage line. */
  readonly operands: readonly string[];
  readonly flags: readonly FlagSpec[];
  readonly since?: string;
  readonly hidden?: true;
}

type Options = Partial<Omit<FlagSpec, 'name' | 'kind' | 'description' | 'placeholder'>>;

export const booleanFlag = (name: string, description: string, options: Options = {}): FlagSpec => ({
  name,
  kind: 'boolean',
  description,
  ...options,
});

export const stringFlag = (
  name: string,
  placeholder: string,
  description: string,
  options: Options = {},
): FlagSpec => ({ name, kind: 'string', placeholder, description, ...options });

export const integerFlag = (name: string, description: string, options: Options = {}): FlagSpec => ({
  name,
  kind: 'integer',
  placeholder: 'N',
  description,
  ...options,
});

export const durationFlag = (name: string, description: string, options: Options = {}): FlagSpec => ({
  name,
  kind: 'duration',
  placeholder: 'DURATION',
  description,
  ...options,
});
