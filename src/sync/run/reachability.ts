import type { WrapperError } from '../../errors/wrapper-error.ts';
import { registriesOf } from '../../image/docker-reference.ts';
import { LONGEST_PAUSE_SECONDS } from '../../operation/retry.ts';
import type { RegistryOutages } from '../../registry/outages.ts';
import { RegistryPaused, type RegistryPauses } from '../../registry/pauses.ts';
import type { Mapped } from '../map/collisions.ts';
import { type ImageFailure, registryWithoutAnswer } from './image-failure.ts';

/** Why an image is not even tried: one of its registries wants a longer pause than a run waits, or does not answer. */
export const refusalOf = (
  image: Mapped,
  { pauses, outages }: { readonly pauses: RegistryPauses; readonly outages: RegistryOutages },
): WrapperError | undefined => {
  for (const registry of registriesOf(image)) {
    const seconds = pauses.remainingSeconds(registry);
    if (seconds > LONGEST_PAUSE_SECONDS) return new RegistryPaused(registry, seconds);
    const refusal = outages.refusal(registry, 'images');
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** A copy got through to both sides. */
export const noteAnswers = (image: Mapped, outages: RegistryOutages): void => {
  for (const registry of registriesOf(image)) outages.answered(registry, 'images');
};

/** An image failed for good whose first attempt began at `startedMs`. */
export const noteFailure = (
  image: Mapped,
  failure: ImageFailure,
  startedMs: number,
  outages: RegistryOutages,
): void => {
  const registry = registryWithoutAnswer(image, failure);
  if (registry !== undefined) outages.unanswered(registry, 'images', startedMs, failure.errorType);
};
