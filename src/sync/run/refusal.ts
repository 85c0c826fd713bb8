import type { WrapperError } from '../../errors/wrapper-error.ts';
import { registriesOf } from '../reference.ts';
import type { RegistryOutages } from '../registry/outages.ts';
import { RegistryPaused, type RegistryPauses } from '../registry/pauses.ts';
import { LONGEST_PAUSE_SECONDS } from './retry.ts';

/** Why an image is not even tried: one of its registries wants a longer pause than a run waits, or does not answer. */
export const refusalOf = (
  image: { readonly source: string; readonly destination: string },
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
