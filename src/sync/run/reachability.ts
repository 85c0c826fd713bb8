import type { WrapperError } from '../../errors/wrapper-error.ts';
import { registriesOf, registryOf } from '../../image/docker-reference.ts';
import { LONGEST_PAUSE_SECONDS } from '../../operation/retry.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import type { RegistryOutages } from '../../registry/outages.ts';
import { RegistryPausedError, type RegistryPauses } from '../../registry/pauses.ts';
import { destinationAccess, type SyncJob } from '../job.ts';
import type { Mapped } from '../map/collisions.ts';
import type { ImageFailure, PlannedImage } from '../plan.ts';
import { registryWithoutAnswer } from './image-failure.ts';

/**
 * How many seconds a registry that refused a copy because of its rate limit wants to be left alone. skopeo does not
 * pass on its `Retry-After`, so the registry is asked once more. Absent if the registry answers normally, or only
 * skopeo can reach it.
 */
export const requestedPauseSeconds = async (
  job: SyncJob,
  { source, destination, entry }: PlannedImage,
  registry: string,
  lookup: Pick<RegistryLookup, 'requestedPauseSeconds'>,
  signal: AbortSignal,
): Promise<number | undefined> => {
  if (registryOf(source) === registry) return lookup.requestedPauseSeconds(source, entry.sourceAccess, signal);
  if (registryOf(destination) !== registry) return undefined;
  return lookup.requestedPauseSeconds(destination, destinationAccess(job)(destination), signal);
};

/**
 * Why an image is not even tried: one of its registries wants a longer pause than a run waits for, or does not answer.
 */
export const refusalOf = (
  image: Mapped,
  { pauses, outages }: { readonly pauses: RegistryPauses; readonly outages: RegistryOutages },
): WrapperError | undefined => {
  for (const registry of registriesOf(image)) {
    const seconds = pauses.remainingSeconds(registry);
    if (seconds > LONGEST_PAUSE_SECONDS) return new RegistryPausedError(registry, seconds);
    const refusal = outages.refusal(registry, 'images');
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** Records that both registries of a copy have answered. */
export const recordAnswers = (image: Mapped, outages: RegistryOutages): void => {
  for (const registry of registriesOf(image)) outages.answered(registry, 'images');
};

/** Records that an image, whose first attempt began at `startedMs`, has finally failed. */
export const recordFailure = (
  image: Mapped,
  failure: ImageFailure,
  startedMs: number,
  outages: RegistryOutages,
): void => {
  const registry = registryWithoutAnswer(image, failure);
  if (registry !== undefined) outages.unanswered(registry, 'images', startedMs, failure.errorType);
};
