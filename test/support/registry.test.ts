import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLayout } from './images.ts';
import { type RegistryOptions, startRegistry } from './registry.ts';
import { privateHome, skopeo } from './skopeo.ts';
import { tempDir } from './temp.ts';

const KINDS: Readonly<Record<string, RegistryOptions>> = {
  'in memory': {},
  'on disk': { storage: 'filesystem' },
  'with TLS': { tls: true },
  'with basic authentication': { basicAuth: { me: 'secret' } },
  'with tokens and TLS': { tls: true, tokenAuth: { users: { me: 'secret' }, anonymousPull: true } },
};

for (const [kind, options] of Object.entries(KINDS)) {
  test(`a registry ${kind} takes an image byte for byte and asks for what it should`, async () => {
    await using dir = await tempDir('registry-test');
    const layout = await createLayout(dir.join('layout'));
    const image = await layout.addImage('a', {
      layers: [{ sizeBytes: 1000 }, { sizeBytes: 500, compression: 'none' }],
    });
    await using registry = await startRegistry(options);
    await registry.seed(layout.reference('a'), 'team/app:1');
    assert.equal(await registry.client.manifestDigest('team/app', '1'), image.manifest.digest);
    assert.equal(await registry.client.manifestDigest('team/app', 'other'), undefined);
    assert.deepEqual(await registry.client.tags('team/app'), ['1']);
    for (const { digest } of image.layers) assert.ok(await registry.client.hasBlob('team/app', digest));

    const trust = registry.certDir === undefined ? ['--tls-verify=false'] : ['--cert-dir', registry.certDir];
    const env = privateHome(dir.path);
    const read = await skopeo(['inspect', '--raw', ...trust, registry.reference('team/app:1')], { env });
    assert.equal(read.exitCode, options.basicAuth ? 1 : 0, read.stderr);
    const remove = await skopeo(['delete', ...trust, registry.reference('team/app:1')], { env });
    assert.equal(remove.exitCode, options.basicAuth || options.tokenAuth ? 1 : 0, remove.stderr);
  });
}

test('deletion can be turned off', async () => {
  await using dir = await tempDir('registry-test');
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('a', { layers: [{ sizeBytes: 100 }] });
  await using registry = await startRegistry({ deletion: false });
  await registry.seed(layout.reference('a'), 'app:1');
  assert.equal((await skopeo(['delete', '--tls-verify=false', registry.reference('app:1')])).exitCode, 1);
});
