import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBlobRow } from '../../../src/skopeo/output/blob-row.ts';

const hex = 'a'.repeat(64);
const MIB = 1024 * 1024;

for (const [name, text, expected] of [
  ['line on a pipe', `Copying blob sha256:${hex}`, { kind: 'layer', hex, state: 'started' }],
  ['config on a pipe', `Copying config sha256:${hex}`, { kind: 'config', hex, state: 'started' }],
  [
    'row of skopeo 1.9',
    'Copying blob 1d6fea2e89e6 [===>----------------------------------] 3.2MiB / 30.0MiB',
    {
      kind: 'layer',
      hex: '1d6fea2e89e6',
      state: 'progress',
      readBytes: Math.round(3.2 * MIB),
      shownSizeBytes: 30 * MIB,
    },
  ],
  [
    'row of skopeo 1.18 with its speed',
    'Copying config d226951577 [>-------------------------------------] 24.0b / 1.5KiB | 7.0 MiB/s',
    { kind: 'config', hex: 'd226951577', state: 'progress', readBytes: 24, shownSizeBytes: 1536 },
  ],
  [
    'partial pull',
    'Copying blob 1d6fea2e89e6 [=+>-] 1.0MiB / 4.0MiB (skipped: 3.0MiB = 75.00%)',
    { kind: 'layer', hex: '1d6fea2e89e6', state: 'progress', readBytes: MIB, shownSizeBytes: 4 * MIB },
  ],
  [
    'bar gone, numbers glued to the digest',
    'Copying blob b8dfed125528133.5MiB / 200.1MiB | 1.…',
    {
      kind: 'layer',
      hex: 'b8dfed125528',
      state: 'progress',
      readBytes: Math.round(133.5 * MIB),
      shownSizeBytes: Math.round(200.1 * MIB),
    },
  ],
  [
    'size cut off',
    'Copying blob b8dfed125528  104.7MiB / 2…',
    { kind: 'layer', hex: 'b8dfed125528', state: 'started' },
  ],
  ['spinner', 'Copying blob 1d6fea2e89e6 ..   4.9 MiB/s', { kind: 'layer', hex: '1d6fea2e89e6', state: 'started' }],
  ['read, 1.9', 'Copying blob 1d6fea2e89e6 done  ', { kind: 'layer', hex: '1d6fea2e89e6', state: 'read' }],
  ['read, 1.18', 'Copying blob 1d6fea2e89e6 done   | ', { kind: 'layer', hex: '1d6fea2e89e6', state: 'read' }],
  [
    'reused',
    'Copying blob 1d6fea2e89e6 skipped: already exists (found by TOC)  ',
    { kind: 'layer', hex: '1d6fea2e89e6', state: 'reused' },
  ],
  ['a digest cut by a narrow window', 'Copying blob eb1d37…', undefined],
  ['an instance of a list', `Copying image sha256:${hex} (1/3)`, undefined],
  ['anything else', 'Writing manifest to image destination', undefined],
] as const) {
  test(`reads a blob line: ${name}`, () => assert.deepEqual(parseBlobRow(text), expected));
}
