import { after, before, describe, test } from 'node:test';
import { NEEDS_ROOT } from '../support/needs-root.ts';
import { killProcessesWithEnv } from '../support/process.ts';
import { sample } from '../support/sample.ts';
import { type Arena, openArena, openPassage } from './arena.ts';
import { COPY, type Command } from './commands.ts';
import type { Fault } from './fault.ts';
import { recordResult } from './results.ts';
import { attempt } from './trial.ts';
import { judgeTrial } from './verdict.ts';

/** Faults that run side by side: most of the time they wait for something that does not come. */
const SIDE_BY_SIDE = 6;

/** One test per row of the table; in a daily run an eighth of them. */
export const testFaults = (title: string, faults: readonly Fault[], command: Command = COPY): void => {
  describe(title, { concurrency: SIDE_BY_SIDE }, () => {
    let arena: Arena;
    before(async () => {
      arena = await openArena();
    });
    after(() => arena[Symbol.asyncDispose]());
    for (const fault of sample(faults, Math.ceil(faults.length / 8))) {
      const skip = fault.needsRoot === true && NEEDS_ROOT;
      test(`${fault.side}: ${fault.name}`, { skip }, async () => {
        await using passage = await openPassage(arena, fault, command);
        const trial = await attempt(passage, fault, command);
        try {
          await judgeTrial(trial, passage, arena, fault, command);
          await recordResult(command, title, fault, trial);
        } finally {
          killProcessesWithEnv(trial.marker);
        }
      });
    }
  });
};
