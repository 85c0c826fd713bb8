import { appendFile } from 'node:fs/promises';
import type { Command } from './commands.ts';
import type { Fault } from './fault.ts';
import type { Trial } from './trial.ts';

/** What became of one row of the tables. */
export interface FaultResult {
  readonly command: 'copy' | 'sync';
  /** Of the test file. */
  readonly title: string;
  readonly side: string;
  readonly name: string;
  /** `success`, or the class of the failure. */
  readonly ended: string;
  readonly exitCode: number;
  /** Of the operation by itself. */
  readonly seconds: number;
  readonly attempts: number;
}

/** Appends the result of a trial to the file that the environment variable `FAULT_RESULTS` names, if it does. */
export const recordResult = async (
  { name: command }: Command,
  title: string,
  { side, name }: Fault,
  { report }: Trial,
): Promise<void> => {
  const { FAULT_RESULTS: path } = process.env;
  if (path === undefined || report === undefined) return;
  const { outcome, errorType = outcome, exitCode, durationSeconds, attempts } = report;
  const seconds = Math.round(durationSeconds * 10) / 10;
  const result: FaultResult = { command, title, side, name, ended: errorType, exitCode, seconds, attempts };
  await appendFile(path, `${JSON.stringify(result)}\n`);
};
