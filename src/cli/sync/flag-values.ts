import type { CommandLine } from '../../command-line/command-line.ts';

type Values = Pick<CommandLine, 'values'>;

/** The text of a flag, the last one if it was given several times. */
export const textOf = ({ values }: Values, name: string): string | undefined => values.byName.get(name)?.at(-1);

/** Whether a boolean flag is given and not switched off (`--prune=false`). */
export const isSet = (line: Values, name: string): boolean => (textOf(line, name) ?? 'false') !== 'false';
