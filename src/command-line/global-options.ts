import { GLOBAL_FLAGS, ROOT_FLAGS } from './flags/global.ts';
import { OWN_FLAGS } from './own-flags.ts';

const SKOPEO_OPTIONS = [...GLOBAL_FLAGS, ...ROOT_FLAGS]
  .filter(({ kind }) => kind !== 'boolean')
  .flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);

const OWN_OPTIONS = Object.values(OWN_FLAGS).flatMap((spec) => ('value' in spec ? [`--${spec.name}`] : []));

/** Options that may stand before the subcommand and are followed by a value: skopeo's global ones and our own. */
const VALUE_OPTIONS: ReadonlySet<string> = new Set([...SKOPEO_OPTIONS, ...OWN_OPTIONS]);

/** Whether a global option, as written, takes the next argument as its value. */
export const globalOptionTakesValue = (option: string): boolean => VALUE_OPTIONS.has(option);
