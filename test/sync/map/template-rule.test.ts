import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceImage } from '../../../src/sync/map/destination-rule.ts';
import { compileRewrite, templateRule } from '../../../src/sync/map/template-rule.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const TAGGED: SourceImage = {
  reference: 'docker://quay.io/core/os/etcd:v3',
  registry: 'quay.io',
  path: 'core/os/etcd',
  tag: 'v3',
};
const PINNED: SourceImage = {
  reference: `docker://quay.io/core/os/etcd@${DIGEST}`,
  registry: 'quay.io',
  path: 'core/os/etcd',
  digest: DIGEST,
};
const LOCAL: SourceImage = { reference: 'dir:/images/app:1', path: 'app', tag: '1' };

const OPTIONS = { rewrites: [], baseDirectory: '/base' };
const map = (template: string, image: SourceImage): string => templateRule(template, OPTIONS).destinationOf(image);

const CASES: readonly [template: string, image: SourceImage, destination: string][] = [
  ['reg:5000/{{path}}', TAGGED, 'docker://reg:5000/core/os/etcd:v3'],
  ['reg:5000/{{registry}}/{{path}}', TAGGED, 'docker://reg:5000/quay.io/core/os/etcd:v3'],
  ['docker://reg.example/{{ name }}:{{tag}}-mirror', TAGGED, 'docker://reg.example/etcd:v3-mirror'],
  ['reg.example/{{namespace}}/x', TAGGED, 'docker://reg.example/core/os/x:v3'],
  ['reg.example/{{name}}:stable', TAGGED, 'docker://reg.example/etcd:stable'],
  ['reg:5000/{{path}}', PINNED, `docker://reg:5000/core/os/etcd@${DIGEST}`],
  ['dir:/srv/{{path}}', TAGGED, 'dir:/srv/core/os/etcd/v3'],
  ['dir:mirror/{{name}}', TAGGED, 'dir:/base/mirror/etcd/v3'],
  ['oci:/srv/{{name}}', TAGGED, 'oci:/srv/etcd:v3'],
  ['oci:layout:{{name}}-{{tag}}', TAGGED, 'oci:/base/layout:etcd-v3'],
  ['oci-archive:/srv/{{name}}-{{tag}}.tar', TAGGED, 'oci-archive:/srv/etcd-v3.tar'],
  ['oci:layout:a', TAGGED, 'oci:/base/layout:a'],
  ['oci:layout:{{name}}', TAGGED, 'oci:/base/layout:etcd:v3'],
  ['oci-archive:/srv/a.tar:a', TAGGED, 'oci-archive:/srv/a.tar:a'],
  ['docker-archive:a.tar', TAGGED, `docker-archive:/base/a.tar:${TAGGED.registry}/${TAGGED.path}:v3`],
  ['docker-archive:a.tar:x/one', TAGGED, 'docker-archive:/base/a.tar:x/one:v3'],
  ['docker-archive:a.tar:x/one:{{tag}}', TAGGED, 'docker-archive:/base/a.tar:x/one:v3'],
  ['docker-archive:a.tar:localhost:5000/x/one:1', TAGGED, 'docker-archive:/base/a.tar:localhost:5000/x/one:1'],
  ['oci:/srv/{{name}}', PINNED, `oci:/srv/etcd:sha256-${'ab'.repeat(32)}`],
  ['reg:5000/{{path}}', LOCAL, 'docker://reg:5000/app:1'],
];

for (const [template, image, destination] of CASES) {
  test(`${template} takes ${image.reference} to ${destination}`, () => assert.equal(map(template, image), destination));
}

test('rewrites change the path in order before the template sees it', () => {
  const rewrites = [
    { match: '^core/', replace: '' },
    { match: '^(\\w+)/', replace: '$1-' },
  ].map(compileRewrite);
  const rule = templateRule('reg:5000/{{path}}', { ...OPTIONS, rewrites });
  assert.equal(rule.destinationOf(TAGGED), 'docker://reg:5000/os-etcd:v3');
});

const REFUSED: readonly [template: string, image: SourceImage, message: RegExp][] = [
  ['reg:5000/{{pat}}', TAGGED, /unknown word "pat"/],
  ['reg:5000/{{name}}:{{tag}}', PINNED, /needs \{\{tag\}\}, which docker:.* does not have/],
  ['reg:5000/{{registry}}/x', LOCAL, /needs \{\{registry\}\}/],
  ['reg:5000/UPPER/{{name}}', TAGGED, /not a valid image reference/],
  ['floppy:/a/{{name}}', TAGGED, /unknown transport "floppy"/],
];

for (const [template, image, message] of REFUSED) {
  test(`${template} is refused for ${image.reference}`, () => {
    assert.throws(() => map(template, image), { errorType: 'usage', message });
  });
}

test('the nearest word is proposed', () => {
  assert.throws(() => templateRule('reg:5000/{{tags}}', OPTIONS), { next: /Did you mean \{\{tag\}\}/ });
});
