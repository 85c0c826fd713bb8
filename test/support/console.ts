import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import type { Context } from '../../src/context.ts';
import { contextOf } from './context.ts';
import { privateHome } from './skopeo.ts';
import type { TempDir } from './temp.ts';

/** What a command line of this process is run with. */
export interface Console {
  readonly context: Context;
  readonly signals: EventEmitter;
  /** What was written to stdout and stderr. */
  readonly text: () => string;
}

/** A console whose working directory, home and state are those of a directory, for runs within the test's own process. */
export const consoleIn = (dir: TempDir, env: Record<string, string> = {}): Console => {
  let text = '';
  const collect = () =>
    new Writable({
      write: (chunk, _, done) => {
        text += chunk;
        done();
      },
    });
  const signals = new EventEmitter();
  const context = contextOf({
    env: { ...privateHome(dir.path), SKOPEO_WRAPPER_STATE_DIR: dir.join('state'), ...env },
    cwd: dir.path,
    stdin: new PassThrough(),
    stdout: collect(),
    stderr: collect(),
    signals,
  });
  return { context, signals, text: () => text };
};
