import { Command } from '@oclif/core/command';
import { Config } from '@oclif/core/config';
import type { Context } from '../context.ts';

/**
 * The base of every command. `run` returns the exit status. Commands that replace one of skopeo's parse `argv`
 * themselves: it is the whole command line as it was given, since some options may only stand before the subcommand.
 * The other commands use `this.parse` and get `argv` without the subcommand.
 */
export abstract class WrapperCommand extends Command {
  static readonly oclifParses: boolean = true;
  protected readonly context: Context;

  /** `config`: needed only where oclif parses the arguments. */
  constructor(argv: string[], config: Config | undefined, context: Context) {
    super(argv, config ?? new Config({ root: '' }));
    this.context = context;
  }

  abstract override run(): Promise<number>;
}

/** A command that can be made and run. */
export interface CommandClass extends Pick<typeof Command, 'args' | 'flags' | 'strict'> {
  new (argv: string[], config: Config | undefined, context: Context): WrapperCommand;
  /** Whether oclif parses the arguments; commands that replace one of skopeo's parse them themselves. */
  readonly oclifParses: boolean;
}

/** Subcommand → how to load it: the code of a command is only loaded when it is needed. */
export type CommandTable = Readonly<Record<string, () => Promise<CommandClass>>>;
