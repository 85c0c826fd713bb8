import { registryOf } from '../../image/docker-reference.ts';
import type { Plan } from '../plan.ts';

/** What a plan comes to. */
export interface PlanTotals {
  readonly copy: number;
  readonly skip: number;
  readonly dropped: number;
  readonly failed: number;
  /** Distinct blobs per destination registry; what the destination has already is not known beforehand. */
  readonly bytes: number;
  /** Images whose size is not known. */
  readonly unknownSize: number;
  /** Expected pulls per source registry that counts them. */
  readonly pulls: Readonly<Record<string, number>>;
}

/** Sums up a plan; a blob that several images share counts once for each destination registry. */
export const planTotals = ({ images, dropped, failures }: Plan): PlanTotals => {
  const copies = images.filter(({ action }) => action === 'copy');
  const sizes = new Map<string, number>();
  const pulls: Record<string, number> = {};
  for (const { source, destination, blobs, pulls: own } of copies) {
    const place = registryOf(destination) ?? destination;
    for (const { digest, sizeBytes = 0 } of blobs ?? []) sizes.set(`${place} ${digest}`, sizeBytes);
    const registry = registryOf(source);
    if (registry !== undefined && own !== undefined) pulls[registry] = (pulls[registry] ?? 0) + own;
  }
  return {
    copy: copies.length,
    skip: images.length - copies.length,
    dropped: dropped.length,
    failed: failures.length,
    bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    unknownSize: copies.filter(({ blobs }) => blobs === undefined).length,
    pulls,
  };
};
