import { usageError } from '../errors/wrapper-error.ts';
import { run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import type { RunningOperation } from './start-operation.ts';

export interface CopyOptions extends RunOptions {
  /** `transport:details`, as skopeo writes it. */
  readonly source: string;
  readonly destination: string;
  /** Flags of `skopeo copy`, as on its command line: `['--all', '--dest-tls-verify=false']`. */
  readonly flags?: readonly string[];
}

/** Copies an image. Throws a `WrapperError` for invalid options; an error of skopeo is a result. */
export const copy = ({ source, destination, flags = [], ...options }: CopyOptions): RunningOperation => {
  for (const [name, reference] of Object.entries({ source, destination })) {
    if (typeof reference !== 'string' || reference === '')
      throw usageError(`${name} is missing`, 'Give an image such as docker://alpine:3.');
  }
  return run(['copy', ...flags, '--', source, destination], options);
};
