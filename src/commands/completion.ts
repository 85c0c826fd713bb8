import * as Args from '@oclif/core/args';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { commandWords } from '../completion/command-words.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { usageError } from '../errors/wrapper-error.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const isShell = (word: string): word is keyof typeof SCRIPTS => Object.hasOwn(SCRIPTS, word);

/** Prints a script that completes commands, flags and transports. */
export class CompletionCommand extends WrapperCommand {
  static override id = 'completion';
  static override summary = 'Print the completion script for a shell';
  static override usage = 'completion bash|zsh|fish';
  static override args = { shell: Args.string({ description: 'for which shell', options: Object.keys(SCRIPTS) }) };

  async run(): Promise<number> {
    const { shell = '' } = (await this.parse(CompletionCommand)).args;
    if (!isShell(shell)) throw usageError('completion needs a shell', 'Give one of bash, zsh, fish.');
    this.context.stdout.write(SCRIPTS[shell](commandWords()));
    return 0;
  }
}
