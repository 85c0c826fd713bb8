import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FakePlan } from './fake-skopeo/plan.ts';
import { writeProgram } from './program.ts';

export type { FakePlan, FakeStep } from './fake-skopeo/plan.ts';

/** One call of `copy` or `sync`. */
export interface FakeCall {
  readonly argv: readonly string[];
  readonly pid: number;
  /** stdout was a terminal. */
  readonly terminal: boolean;
}

/** An executable that stands in for skopeo where the real one cannot be made to misbehave on demand. */
export interface FakeSkopeo {
  readonly path: string;
  /** Calls so far, in their order. */
  calls(): Promise<FakeCall[]>;
}

/** Writes a fake skopeo into `directory`. It needs neither PATH nor environment. */
export const fakeSkopeo = async (directory: string, plan: FakePlan): Promise<FakeSkopeo> => {
  const planPath = join(directory, 'plan.json');
  const path = join(directory, 'skopeo');
  const player = join(import.meta.dirname, 'fake-skopeo', 'player.mjs');
  await writeFile(planPath, JSON.stringify(plan));
  writeProgram(path, `exec '${process.execPath}' '${player}' '${planPath}' "$@"`);
  return {
    path,
    async calls() {
      const lines = await readFile(`${planPath}.calls`, 'utf8').catch(() => '');
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
  };
};
