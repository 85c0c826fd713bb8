import type { CommandTable } from '../cli/wrapper-command.ts';

/** Every subcommand with a class of its own. All others go to `passthrough`. */
export const COMMANDS: CommandTable = {
  copy: async () => (await import('./copy.ts')).Copy,
};
