import { imageFlags, RETRY_FLAGS } from './image.ts';
import type { SubcommandSpec } from './spec.ts';

/** A subcommand of the wrapper alone; its flags are those of `inspect` that say how to reach the image. */
export const EXISTS: SubcommandSpec = {
  name: 'exists',
  summary: 'Say by exit status whether an image exists',
  operands: ['IMAGE-NAME'],
  flags: [...imageFlags(''), ...RETRY_FLAGS],
};
