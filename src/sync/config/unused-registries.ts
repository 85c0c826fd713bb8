import type { ConfigurationDocument } from '../../config/document.ts';
import { type Problem, pathText } from '../../config/problem.ts';
import { registryKey } from '../../image/registry-key.ts';
import { nearestWord } from '../../text/nearest.ts';
import { destinationSamples } from '../destination-samples.ts';
import type { SyncEntry } from '../job.ts';
import type { SyncFile } from './schema.ts';

const usedRegistries = (entries: readonly SyncEntry[]): readonly string[] => {
  const sources = entries.flatMap(({ source }) => (source.kind === 'repository' ? [source.registry] : []));
  const destinations = destinationSamples(entries).flatMap(({ registry }) => registry ?? []);
  return [...new Set([...sources, ...destinations])];
};

/** Settings of registries that no source and no destination is at: mostly a slip of the pen, and never applied. */
export const unusedRegistries = (
  document: ConfigurationDocument,
  { registries = {} }: SyncFile,
  entries: readonly SyncEntry[],
): readonly Problem[] => {
  const used = usedRegistries(entries);
  const usedKeys = new Set(used.map(registryKey));
  return Object.keys(registries)
    .filter((host) => !usedKeys.has(registryKey(host)))
    .map((host) => {
      const near = nearestWord(host, used);
      const key = pathText(['registries', host]);
      return {
        ...document.positionOfKey(['registries'], host),
        key,
        message: `"${key}": no source and no destination is there${near === undefined ? '' : `; did you mean "${near}"?`}`,
      };
    });
};
