import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManifestLinks } from '../../../src/image/manifest-links.ts';
import { type NeedsQuestion, neededDigests } from '../../../src/sync/prune/needs.ts';

const reasons = async (question: Partial<NeedsQuestion>, manifests: Readonly<Record<string, ManifestLinks>> = {}) =>
  Object.fromEntries(
    await neededDigests({
      staying: [],
      wantedDigests: [],
      candidates: [],
      linksOf: async (digest) => manifests[digest] ?? { children: [] },
      ...question,
    }),
  );

test('what a tag is attached to stays, though the digest of that tag is selected as well', async () => {
  const sbom = { tag: 'sbom', digest: 'sha256:5b0' };
  const manifests = { 'sha256:5b0': { children: [], subject: 'sha256:1' } };
  const expected = 'is what tag sbom is attached to';
  assert.equal((await reasons({ staying: [sbom] }, manifests))['sha256:1'], expected);
  const both = await reasons({ staying: [sbom], wantedDigests: [sbom.digest] }, manifests);
  assert.match(both['sha256:1'] ?? '', /^is what .* is attached to$/);
});

test('what is attached to something attached stays with both, whichever of them is a candidate', async () => {
  const manifests = {
    'sha256:3': { children: [], subject: 'sha256:2' },
    'sha256:2': { children: [], subject: 'sha256:1' },
  };
  const middle = { tag: 'middle', digest: 'sha256:2' };
  const last = { tag: 'last', digest: 'sha256:1' };
  const top = { tag: 'top', digest: 'sha256:3' };
  const first = await reasons({ staying: [top], candidates: [middle, last] }, manifests);
  const again = await reasons({ staying: [top, middle], candidates: [last] }, manifests);
  assert.deepEqual(
    [Object.keys(first).toSorted(), Object.keys(again).toSorted()],
    [
      ['sha256:1', 'sha256:2', 'sha256:3'],
      ['sha256:1', 'sha256:2', 'sha256:3'],
    ],
  );
});

test('what only a tag of attachments is about may go', async () => {
  const hex = '1'.repeat(64);
  const signature = { tag: `sha256-${hex}.sig`, digest: 'sha256:5' };
  const needed = await reasons({ staying: [signature] }, { 'sha256:5': { children: [], subject: `sha256:${hex}` } });
  assert.deepEqual(Object.keys(needed), ['sha256:5']);
});

test('what was only ever named by something that is not there is needed by nobody', async () => {
  const needed = await reasons(
    { staying: [{ tag: 'sbom', digest: 'sha256:5b0' }], candidates: [{ tag: 'part', digest: 'sha256:2' }] },
    { 'sha256:5b0': { children: [], subject: 'sha256:gone' } },
  );
  assert.deepEqual(Object.keys(needed), ['sha256:5b0', 'sha256:gone']);
});
