import type { SyncEntry } from '../../../src/sync/job.ts';
import type { PlannedImage } from '../../../src/sync/plan.ts';
import type { BlobDescriptor } from '../../../src/tracking/events.ts';

/** An entry that copies everything from one repository as it is. */
export const syncEntry = (changes: Partial<SyncEntry> = {}): SyncEntry => ({
  name: 'source/x',
  source: { kind: 'repository', registry: 'source', path: 'x' },
  selection: { tags: [], digests: [], rules: { include: [], exclude: [], versions: [] }, minimum: 1 },
  destinations: [],
  copy: { content: 'all', preserveDigests: true },
  sourceAccess: {},
  immutable: [],
  existingDirectory: 'replace',
  ...changes,
});

/** An image that is to be copied. */
export const plannedImage = (
  name: string,
  destination: string,
  blobs?: readonly BlobDescriptor[],
  source = `docker://source.example/${name}:1`,
): PlannedImage => ({
  source,
  destination,
  entry: syncEntry(),
  selectedBecause: 'listed',
  action: 'copy',
  reason: 'new at the destination',
  ...(blobs === undefined ? {} : { blobs }),
});
