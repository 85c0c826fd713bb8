import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEDIA_TYPES } from '../../../src/image/manifest.ts';
import { compareDigests } from '../../../src/sync/check/compare.ts';
import type { CopySettings } from '../../../src/sync/job.ts';

const { ociManifest, ociIndex, dockerManifest } = MEDIA_TYPES;
const ALL: CopySettings = { content: 'all', preserveDigests: true };
const SYSTEM: CopySettings = { content: 'system', preserveDigests: false };
const TWO: CopySettings = {
  content: [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ],
  preserveDigests: true,
};

/** `source` and `destination` as `digest type`. */
const verdict = (
  settings: CopySettings,
  source: [string, string?],
  destination: [string, string?],
  remembered?: string,
): string => {
  const head = ([digest, mediaType]: [string, string?]) => ({
    digest,
    ...(mediaType === undefined ? {} : { mediaType }),
  });
  return compareDigests(settings, head(source), head(destination), remembered)?.reason ?? 'open';
};

const CASES: readonly [name: string, args: Parameters<typeof verdict>, reason: string][] = [
  ['the same index, all wanted', [ALL, ['A', ociIndex], ['A', ociIndex]], 'unchanged'],
  ['another index, all wanted', [ALL, ['B', ociIndex], ['A', ociIndex]], 'changed at the source'],
  ['the same digest without a type, all wanted', [ALL, ['A'], ['A']], 'unchanged'],
  ['the same single image, one platform wanted', [SYSTEM, ['A', ociManifest], ['A', ociManifest]], 'unchanged'],
  ['the same index, one platform wanted', [SYSTEM, ['A', ociIndex], ['A', ociIndex]], 'holds all platforms'],
  ['the same digest without a type, one platform wanted', [SYSTEM, ['A'], ['A']], 'in another format'],
  ['an index against an image, one platform wanted', [SYSTEM, ['A', ociIndex], ['B', ociManifest]], 'open'],
  ['something without a type, one platform wanted', [SYSTEM, ['A'], ['B', ociManifest]], 'open'],
  [
    'two different images, one platform wanted',
    [SYSTEM, ['A', ociManifest], ['B', ociManifest]],
    'changed at the source',
  ],
  ['an index against an index, two platforms wanted', [TWO, ['A', ociIndex], ['B', ociIndex]], 'open'],
  ['what was remembered is there', [SYSTEM, ['A', ociIndex], ['B', ociManifest], 'B'], 'unchanged'],
  [
    'something else than was remembered is there',
    [SYSTEM, ['A', ociIndex], ['C', ociManifest], 'B'],
    'changed at the source',
  ],
  ['the format wanted', [{ ...ALL, format: 'oci' }, ['A', ociManifest], ['A', ociManifest]], 'unchanged'],
  [
    'the same in another format',
    [{ ...ALL, format: 'oci' }, ['A', dockerManifest], ['A', dockerManifest]],
    'in another format',
  ],
  [
    'converted, and never seen before',
    [{ ...SYSTEM, format: 'oci' }, ['A', dockerManifest], ['B', ociManifest]],
    'changed at the source',
  ],
];

for (const [name, args, reason] of CASES) {
  test(`${name}: ${reason}`, () => assert.equal(verdict(...args), reason));
}
