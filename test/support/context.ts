import { EventEmitter } from 'node:events';
import { type Context, processContext } from '../../src/context.ts';
import { SKOPEO } from './skopeo.ts';

/** What a run within the test's own process is given. */
type Given = Pick<Context, 'env' | 'cwd' | 'stdin' | 'stdout' | 'stderr'> & Partial<Pick<Context, 'signals'>>;

/** The context of a run within the test's own process: the environment that a process would have, no signals but its own. */
export const contextOf = ({ env, ...given }: Given): Context => ({
  ...processContext(),
  signals: new EventEmitter(),
  program: [],
  ...given,
  env: { PATH: process.env.PATH, SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO, ...env },
});
