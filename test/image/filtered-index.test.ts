import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { filterIndex } from '../../src/image/filtered-index.ts';

const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;

const instance = (letter: string, architecture: string, variant?: string) => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(letter),
  size: 7,
  platform: { os: 'linux', architecture, ...(variant === undefined ? {} : { variant }) },
  annotations: { kept: 'yes' },
});
const attestation = { digest: digestOf('d'), size: 1, platform: { os: 'unknown', architecture: 'unknown' } };
const INDEX = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [instance('a', 'amd64'), instance('b', 'arm', 'v6'), instance('c', 'arm', 'v7'), attestation],
  annotations: { 'org.example': 'x' },
};
const BYTES = Buffer.from(JSON.stringify(INDEX));

const platform = (architecture: string, variant?: string) => ({
  os: 'linux',
  architecture,
  ...(variant === undefined ? {} : { variant }),
});

test('only the platforms wanted stay, all else is as it was', () => {
  const filtered = filterIndex(BYTES, [platform('amd64'), platform('arm', 'v7')]);
  assert.deepEqual(filtered?.instances, ['a', 'c'].map(digestOf));
  assert.equal(filtered.isWhole, false);
  assert.deepEqual(JSON.parse(filtered.bytes.toString()), {
    ...INDEX,
    manifests: [INDEX.manifests[0], INDEX.manifests[2]],
  });
  assert.deepEqual(filterIndex(BYTES, [platform('arm', 'v7'), platform('amd64')])?.bytes, filtered.bytes);
});

test('the bytes are those of earlier versions: what lies at destinations is compared with them', () => {
  const { bytes } = filterIndex(BYTES, [platform('amd64'), platform('arm', 'v7')]) ?? { bytes: '' };
  assert.equal(hash('sha256', bytes), '3180f0c116f1fb705c5530b0509295ee4ddcd4a5005479a20bd6a086114d9533');
});

test('without a variant every variant is taken', () => {
  assert.deepEqual(filterIndex(BYTES, [platform('arm')])?.instances, ['b', 'c'].map(digestOf));
});

test('platforms that the index does not have are named', () => {
  const wanted = [platform('arm', 'v8'), platform('amd64'), platform('s390x')];
  assert.deepEqual(filterIndex(BYTES, wanted)?.missing, ['linux/arm/v8', 'linux/s390x']);
  assert.deepEqual(filterIndex(BYTES, [platform('arm')])?.missing, []);
});

test('an index that has nothing else keeps its very bytes', () => {
  const whole = Buffer.from(`${JSON.stringify({ manifests: [instance('a', 'amd64')] })}\n`);
  const filtered = filterIndex(whole, [platform('amd64'), platform('arm64')]);
  assert.equal(filtered?.isWhole, true);
  assert.deepEqual(filtered.bytes, whole);
});

test('what is no index is told apart', () => {
  for (const text of ['{"layers": []}', 'not JSON', '[]']) assert.equal(filterIndex(Buffer.from(text), []), undefined);
});
