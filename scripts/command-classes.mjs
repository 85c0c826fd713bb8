import { COMMANDS as TABLE } from '../src/commands/index.ts';

/** Every command class, loaded: what oclif's manifest generator reads. */
export const COMMANDS = Object.fromEntries(
  await Promise.all(Object.entries(TABLE).map(async ([id, load]) => [id, await load()])),
);
