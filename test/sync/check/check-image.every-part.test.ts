import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerReference } from '../../../src/image/docker-reference.ts';
import { hasEveryPart } from '../../../src/sync/check/check-image.ts';
import { MEDIA_TYPES } from '../../support/images.ts';

const { oci } = MEDIA_TYPES;

/** Asks a repository in which these indexes have these parts; what it is not told of is an image. */
const ask = async (indexes: Readonly<Record<string, readonly string[]>>, gone: readonly string[]) => {
  const asked: string[] = [];
  const digestIn = (reference: string): string => parseDockerReference(reference).digest ?? '';
  const lookup = {
    head: async (reference: string) => {
      const digest = digestIn(reference);
      asked.push(digest.slice(7, 9));
      if (gone.includes(digest)) return undefined;
      return { digest, mediaType: digest in indexes ? oci.index : oci.manifest };
    },
    manifest: async (reference: string) =>
      Buffer.from(JSON.stringify({ manifests: indexes[digestIn(reference)]?.map((digest) => ({ digest })) })),
  };
  const [top = ''] = Object.keys(indexes);
  const head = { digest: top, mediaType: oci.index };
  const context = { lookup, signal: new AbortController().signal };
  const isWhole = await hasEveryPart({ registry: 'registry.example', path: 'app' }, head, context, {});
  return { isWhole, asked };
};

const digest = (name: string): string => `sha256:${name.repeat(64 / name.length)}`;

test('an index has every part that it consists of, at any depth', async () => {
  const indexes = { [digest('aa')]: [digest('bb'), digest('cc')], [digest('cc')]: [digest('dd')] };
  assert.deepEqual(await ask(indexes, []), { isWhole: true, asked: ['bb', 'cc', 'dd'] });
  for (const part of ['bb', 'cc', 'dd']) assert.equal((await ask(indexes, [digest(part)])).isWhole, false, part);
});

test('one image costs no request', async () => {
  const refuse = async () => assert.fail('was asked');
  const context = { lookup: { head: refuse, manifest: refuse }, signal: new AbortController().signal };
  const head = { digest: digest('aa'), mediaType: oci.manifest };
  assert.equal(await hasEveryPart({ registry: 'registry.example', path: 'app' }, head, context, {}), true);
});
