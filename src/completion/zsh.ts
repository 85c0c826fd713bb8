import type { CommandWords, FlagWords } from './command-words.ts';

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Escapes text in a specification of \`_arguments\`, where brackets and colons have a meaning. */
const plain = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&');

const actionOf = ({ name, value }: FlagWords): string => {
  if (value === undefined) return '';
  const action = value === 'path' ? '_files' : value === 'unknown' ? '' : `(${value.join(' ')})`;
  return `:${plain(name)}:${action}`;
};

const specsOf = (flag: FlagWords): readonly string[] => {
  const text = `[${plain(flag.description)}]${actionOf(flag)}`;
  // May be repeated: some flags count each time, and of the others the last one counts.
  const long = `*--${flag.name}${flag.value === undefined ? '' : '='}${text}`;
  return flag.short === undefined ? [long] : [long, `*-${flag.short}${text}`];
};

const commandCase = ({ name, flags, operands }: CommandWords): string => {
  const rest = operands.length === 0 ? '*:operand:_files' : `*:operand:_skopeo_wrapper_operand ${operands.join(' ')}`;
  const specs = [...flags.flatMap(specsOf), rest].map(quote);
  return `    ${name}) _arguments -s \\\n      ${specs.join(' \\\n      ')} ;;\n`;
};

const describe = ({ name, summary }: CommandWords): string => quote(`${name}:${summary.replaceAll(':', '\\:')}`);

/** The script for zsh: a file `_skopeo-wrapper` in a directory of `fpath`, or sourced after `compinit`. */
export const zshCompletion = (commands: readonly CommandWords[]): string => `#compdef skopeo-wrapper
# Completion of skopeo-wrapper for zsh:  source <(skopeo-wrapper completion zsh)
_skopeo_wrapper_operand() {
  if compset -P '*:'; then _files; else compadd -S '' -- "$@"; _files; fi
}

_skopeo_wrapper() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
    ${commands.map(describe).join('\n    ')}
  )
  _arguments -C '--help[show help]' '--version[show the version]' '1:command:->command' '*::argument:->argument'
  [[ $state == command ]] && _describe command commands
  [[ $state == argument ]] || return 0
  case $words[1] in
${commands.map(commandCase).join('')}  esac
}
if [[ $funcstack[1] == _skopeo-wrapper ]]; then _skopeo_wrapper "$@"; else compdef _skopeo_wrapper skopeo-wrapper; fi
`;
