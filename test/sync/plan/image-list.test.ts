import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { parseImageList, reduceToList } from '../../../src/sync/plan/image-list.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const { job } = loadSyncFile(
  '/mirror.yml',
  'images:\n  - { source: quay.io/a/b, destination: "m.example/{{path}}", platforms: system }\n  - { source: quay.io/c/d, destination: "m.example/{{path}}" }\n',
  {},
);

test('lines are pairs or JSON of a plan; comments and empty lines are passed over', async () => {
  const text = [
    '# images',
    'docker://quay.io/a/b:1   docker://m.example/a/b:1',
    '',
    '{"source":"docker://quay.io/c/d:2","destination":"docker://m.example/c/d:2","action":"copy","bytes":7,"more":true}',
  ].join('\n');
  assert.deepEqual(await parseImageList([text]), [
    { source: 'docker://quay.io/a/b:1', destination: 'docker://m.example/a/b:1', line: 2 },
    { source: 'docker://quay.io/c/d:2', destination: 'docker://m.example/c/d:2', line: 4 },
  ]);
});

test('a registry needs no transport', async () => {
  const list = await parseImageList(['quay.io/a/b:1 m.example/a/b:1\ndir:/srv/a oci:/srv/b:1\n']);
  assert.deepEqual(
    list.map(({ source, destination }) => [source, destination]),
    [
      ['docker://quay.io/a/b:1', 'docker://m.example/a/b:1'],
      ['dir:/srv/a', 'oci:/srv/b:1'],
    ],
  );
  assert.equal(reduceToList(job, list.slice(0, 1)).entries.length, 1);
});

test('an image of a directory is found by its place', () => {
  const { job: offline } = loadSyncFile(
    '/mirror.yml',
    'images:\n  - { source: "dir:/srv/in", destination: "m.example/{{path}}" }\n',
    {},
  );
  const line = { source: 'dir:/srv/in/team/app:2', destination: 'docker://m.example/team/app:2', line: 1 };
  const [entry] = reduceToList(offline, [line]).entries;
  assert.deepEqual(entry?.source, { kind: 'directory', path: '/srv/in/team/app:2' });
  assert.equal(entry?.destinations[0]?.destinationOf({ reference: '', path: '' }), line.destination);
  for (const source of ['dir:/srv/inn/team/app:2', 'dir:/srv']) {
    assert.throws(() => reduceToList(offline, [{ ...line, source }]), { errorType: 'usage' });
  }
});

for (const line of ['one', 'one two three', '{"source":"x"}', '{']) {
  test(`the line ${line} is refused with its number`, async () => {
    await assert.rejects(parseImageList([`a b\n${line}\n`]), { errorType: 'usage', message: /^line 2 / });
  });
}

test('listed images are treated as their entry says, and nothing is listed for them', () => {
  const list = [
    { source: 'docker://quay.io/a/b:1', destination: 'docker://m.example/a/b:1', line: 1 },
    { source: `docker://quay.io/c/d@${DIGEST}`, destination: `docker://m.example/c/d@${DIGEST}`, line: 2 },
  ];
  const reduced = reduceToList({ ...job, prune: { maxShare: 1 } }, list);
  assert.equal(reduced.prune, undefined, 'what a list leaves out must not be pruned');
  const [first, second] = reduced.entries;
  assert.equal(first?.copy.content, 'system');
  assert.deepEqual(first?.selection, { tags: ['1'], digests: [], minimum: 0 });
  assert.deepEqual(second?.selection, { tags: [], digests: [DIGEST], minimum: 0 });
});

test('an image that the job does not bring there is refused', () => {
  const wrong = [
    { source: 'docker://quay.io/a/b:1', destination: 'docker://elsewhere.example/a/b:1', line: 7 },
    { source: 'docker://quay.io/x/y:1', destination: 'docker://m.example/x/y:1', line: 7 },
  ];
  for (const image of wrong)
    assert.throws(() => reduceToList(job, [image]), { errorType: 'usage', message: /^line 7 / });
});
