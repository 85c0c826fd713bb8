import type { CommandWords, FlagWords } from './command-words.ts';

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const valueOptions = ({ value }: FlagWords): string => {
  if (value === undefined) return '';
  if (value === 'path') return ' -rF';
  return value === 'unknown' ? ' -x' : ` -xa ${quote(value.join(' '))}`;
};

const completionsOf = ({ name, summary, flags, operands }: CommandWords): readonly string[] => {
  const within = `complete -c skopeo-wrapper -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c skopeo-wrapper -n __fish_use_subcommand -fa ${name} -d ${quote(summary)}`,
    ...flags.map((flag) => {
      const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
      return `${within} -l ${flag.name}${short}${valueOptions(flag)} -d ${quote(flag.description)}`;
    }),
    ...(operands.length === 0 ? [] : [`${within} -a ${quote(operands.join(' '))}`]),
  ];
};

/** The script for fish. */
export const fishCompletion = (commands: readonly CommandWords[]): string =>
  [
    '# Completion of skopeo-wrapper for fish:  skopeo-wrapper completion fish | source',
    ...commands.flatMap(completionsOf),
    '',
  ].join('\n');
