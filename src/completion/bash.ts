import type { CommandWords, FlagWords, ValueWords } from './command-words.ts';

/** `--name`, and `-n` where there is one. */
const spellings = ({ name, short }: FlagWords): string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];

/** Flags of a command that take the same values, as the pattern of a `case`. */
const valueCase = (flags: readonly FlagWords[], kind: (value: ValueWords) => boolean, action: string): string => {
  const names = flags.filter(({ value }) => value !== undefined && kind(value)).flatMap(spellings);
  return names.length === 0 ? '' : `        ${names.join('|')}) ${action} ;;\n`;
};

const commandCase = ({ name, flags, operands }: CommandWords): string => {
  const lists = flags.filter(({ value }) => Array.isArray(value));
  const words = lists.map((flag) =>
    valueCase([flag], () => true, `words='${String(flag.value).replaceAll(',', ' ')}'`),
  );
  return `    ${name})
      flags='${flags.flatMap(spellings).join(' ')}'
      operands='${operands.join(' ')}'
      case $previous in
${words.join('')}${valueCase(flags, (value) => value === 'path', 'kind=path')}${valueCase(flags, (value) => value === 'unknown', 'kind=unknown')}      esac ;;
`;
};

/** The script for bash, which splits words at `=` and `:`; so paths after a transport can be completed. */
export const bashCompletion = (
  commands: readonly CommandWords[],
): string => `# Completion of skopeo-wrapper for bash:  source <(skopeo-wrapper completion bash)
_skopeo_wrapper() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command='' word flags='' operands='' words='' kind=operand
  if [[ $current == [=:] ]]; then
    [[ $current == : ]] && kind=file
    current=''
  elif [[ $previous == : ]]; then kind=file
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${commands.map(({ name }) => name).join('|')}) command=$word; break ;; esac
  done
  COMPREPLY=()
  case $command in
${commands.map(commandCase).join('')}    *)
      flags='--help --version'
      operands='${commands.map(({ name }) => name).join(' ')}' ;;
  esac
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); return; fi
  case $kind:$current in
    unknown:*) return ;;
    operand:-*) COMPREPLY=($(compgen -W "$flags --help" -- "$current")); return ;;
    operand:*) COMPREPLY=($(compgen -W "$operands" -- "$current")) ;;
  esac
  [[ -z $command ]] && return
  # Of a transport the path follows at once; taken for a file, its colon would be quoted.
  if [[ \${COMPREPLY[*]} == *[:/] ]]; then compopt -o nospace 2>/dev/null; else compopt -o filenames 2>/dev/null; fi
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -f -- "$current"))
}
complete -F _skopeo_wrapper skopeo-wrapper
`;
