import type { Host } from '../../../host/host.ts';
import type { StateLocation } from '../files/directories.ts';
import { readView } from '../reading/reader.ts';
import { type FoldResult, fold } from './fold.ts';

/**
 * Forgets a job: its facts and its run counts. A run of it that is under way brings it back when it ends. Undefined: no
 * such job. Throws WrapperError if the directory cannot be read.
 */
export const forgetJob = (location: StateLocation, host: Host, jobName: string): FoldResult | undefined => {
  const known = readView({ locations: [location], host }).jobs.some((job) => job.jobName === jobName);
  return known ? fold(location, host, { forgetJob: jobName }) : undefined;
};
