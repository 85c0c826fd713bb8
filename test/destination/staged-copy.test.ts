import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFile,
  chown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CopyTo, copyStaged, type StagedCopyOptions } from '../../src/destination/staged-copy.ts';
import { isWhole } from '../../src/image/completeness.ts';
import { localState } from '../../src/image/local-image.ts';
import { createLayout } from '../support/images.ts';
import { NEEDS_ROOT } from '../support/needs-root.ts';
import { mustSkopeo } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import {
  archiveBytes,
  digestOfFake,
  directoryFiles,
  type FakeImage,
  fakeImage,
  layoutFiles,
  result,
  tarOf,
  writeTree,
} from './support.ts';

const OPTIONS: StagedCopyOptions = { existingDirectory: 'replace', signal: new AbortController().signal };
const OLD = fakeImage(['config', 'old layer', 'shared layer']);
const NEW = fakeImage(['config', 'new layer', 'shared layer']);

/** What skopeo would write, without skopeo; ends as told. */
const copier =
  (image: FakeImage, outcome: 'success' | 'error' | 'throws' = 'success', asked: string[] = []): CopyTo =>
  async (destination, sharedBlobs) => {
    asked.push(destination);
    const [transport = '', path = '', ...name] = destination.split(':');
    if (transport === 'dir') await writeTree(path, directoryFiles(image));
    else if (transport === 'oci') {
      const files = layoutFiles(image, name[0]);
      for (const [at, text] of files) {
        const isBlob = at.startsWith('blobs/') && sharedBlobs !== undefined;
        const to = isBlob ? join(sharedBlobs, at.slice('blobs/'.length)) : join(path, at);
        if (!isBlob || (await stat(to).catch(() => undefined)) === undefined)
          await writeTree(join(to, '..'), new Map([[at.split('/').at(-1) ?? '', text]]));
      }
      await mkdir(join(path, 'blobs'), { recursive: true });
    } else await writeFile(path, archiveBytes(transport === 'oci-archive' ? 'oci-archive' : 'docker-archive', image));
    if (outcome === 'throws') throw new Error('broken off');
    return result(outcome);
  };

const copy = (destination: string, image = NEW, options: Partial<StagedCopyOptions> = {}) =>
  copyStaged(destination, { ...OPTIONS, ...options }, copier(image));

const contents = async (directory: string): Promise<ReadonlyMap<string, string>> =>
  new Map(
    await Promise.all(
      (await readdir(directory)).map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
    ),
  );

const assertHolds = async (directory: string, image: FakeImage): Promise<void> => {
  const sorted = (map: ReadonlyMap<string, string>) => [...map].toSorted();
  assert.deepEqual(sorted(await contents(directory)), sorted(directoryFiles(image)));
};

test('a directory holds the new image and nothing of the old one, and stays the directory that it was', async () => {
  await using dir = await tempDir('staged');
  const path = dir.join('deep', 'image');
  await copy(`dir:${path}`, OLD);
  const { ino } = await stat(path);
  await copy(`dir:${path}`, NEW);
  await assertHolds(path, NEW);
  assert.equal((await stat(path)).ino, ino);
  assert.deepEqual(await readdir(dir.join('deep')), ['image']);
});

for (const [before, after] of [
  [1, 1],
  [0, 2],
  [3, 1],
  [1, 3],
  [2, 0],
] as const) {
  test(`${before} signatures give way to ${after} others`, async () => {
    await using dir = await tempDir('staged');
    const signed = (name: string, count: number) =>
      fakeImage(
        ['config', name],
        Array.from({ length: count }, (_, index) => `\0sigstore-json\n${name} ${index}`),
      );
    await copy(`dir:${dir.join('image')}`, signed('old', before));
    await copy(`dir:${dir.join('image')}`, signed('new', after));
    const found = await contents(dir.join('image'));
    const signatures = [...found].filter(([name]) => name.startsWith('signature-')).toSorted();
    assert.deepEqual(
      signatures.map(([name]) => name),
      Array.from({ length: after }, (_, index) => `signature-${index + 1}`),
    );
    assert.deepEqual(signatures.map(([, text]) => text).toSorted(), signed('new', after).signatures);
  });
}

for (const outcome of ['error', 'throws'] as const) {
  for (const [transport, write] of [
    ['dir', (path: string) => writeTree(path, directoryFiles(OLD))],
    ['oci-archive', (path: string) => writeFile(path, archiveBytes('oci-archive', OLD))],
    ['docker-archive', (path: string) => writeFile(path, archiveBytes('docker-archive', OLD))],
  ] as const) {
    test(`what was there stays when the copy to ${transport} fails (${outcome}), and nothing is left beside it`, async () => {
      await using dir = await tempDir('staged');
      await write(dir.join('image'));
      const seen = async () =>
        transport === 'dir' ? contents(dir.join('image')) : readFile(dir.join('image'), 'base64');
      const before = await seen();
      const copied = copyStaged(`${transport}:${dir.join('image')}`, OPTIONS, copier(NEW, outcome));
      if (outcome === 'throws') await assert.rejects(copied, { message: 'broken off' });
      else assert.equal((await copied).outcome, 'error');
      assert.deepEqual(await readdir(dir.path), ['image']);
      assert.deepEqual(await seen(), before);
    });
  }
}

test('an archive is made in a directory that does not exist yet, and replaced by one of its kind', async () => {
  await using dir = await tempDir('staged');
  for (const transport of ['docker-archive', 'oci-archive'] as const) {
    const path = dir.join('a', 'b', `${transport}.tar`);
    for (const image of [OLD, NEW]) {
      await copy(`${transport}:${path}:name:tag`, image);
      assert.deepEqual(await readFile(path), archiveBytes(transport, image));
    }
  }
  assert.deepEqual(await readdir(dir.join('a', 'b')), ['docker-archive.tar', 'oci-archive.tar']);
});

test('skopeo is told the whole name that stands behind the path of an archive', async () => {
  await using dir = await tempDir('staged');
  const asked: string[] = [];
  const destination = `docker-archive:${dir.join('a.tar')}:team/app:1.0`;
  await copyStaged(destination, OPTIONS, copier(NEW, 'success', asked));
  assert.match(asked[0] ?? '', /^docker-archive:\/.*\/image:team\/app:1\.0$/);
});

test('what is called as parts of us once were is left alone', async () => {
  await using dir = await tempDir('staged');
  await writeTree(dir.path, new Map(['old', 'partial'].map((end) => [`image.${end}/thesis.txt`, 'precious'])));
  await copy(`dir:${dir.join('image')}`, OLD);
  await copy(`dir:${dir.join('image')}`, NEW);
  await copy(`dir:${dir.join('image2')}`, NEW);
  await copy(`dir:${dir.join('image2.old')}`, OLD);
  await copy(`dir:${dir.join('image2')}`, OLD);
  assert.equal(await readFile(dir.join('image.old', 'thesis.txt'), 'utf8'), 'precious');
  assert.equal(await readFile(dir.join('image.partial', 'thesis.txt'), 'utf8'), 'precious');
  await assertHolds(dir.join('image2.old'), OLD);
});

test('an existing directory is refused where that is asked', async () => {
  await using dir = await tempDir('staged');
  await assert.rejects(copy(`dir:${dir.path}`, NEW, { existingDirectory: 'refuse' }), {
    errorType: 'destination_conflict',
  });
});

/** Everything below a directory, links unread. */
const everything = (directory: string): string =>
  spawnSync('sh', ['-c', 'find . -printf "%p %y %i %m %l\\n" | sort; find . -type f -exec sha256sum {} + | sort'], {
    cwd: directory,
    encoding: 'utf8',
  }).stdout;

const FOREIGN: readonly [name: string, destination: string, make: (path: string) => Promise<unknown>][] = [
  ['a directory of photos', 'dir', (path) => writeTree(path, new Map([['cat.png', '']]))],
  [
    'a directory of sources with a file called version',
    'dir',
    (path) =>
      writeTree(
        path,
        new Map([
          ['version', '2.0\n'],
          ['important.c', 'main'],
          ['.git/HEAD', 'ref'],
        ]),
      ),
  ],
  [
    'a directory with a manifest.json of somebody',
    'dir',
    (path) => writeTree(path, new Map([['manifest.json', '{}']])),
  ],
  [
    'an image with a file of somebody beside its own',
    'dir',
    (path) => writeTree(path, new Map([...directoryFiles(OLD), ['notes.txt', 'mine']])),
  ],
  [
    'an image with a blob that belongs to another one',
    'dir',
    (path) => writeTree(path, new Map([...directoryFiles(OLD), ['a'.repeat(64), 'mine']])),
  ],
  [
    'an image with a file that is only called as a signature is',
    'dir',
    (path) => writeTree(path, new Map([...directoryFiles(OLD), ['signature-1', 'thesis']])),
  ],
  [
    'an image one file of which is a link',
    'dir',
    async (path) => {
      await writeTree(path, directoryFiles(OLD));
      await symlink('/etc/hostname', join(path, 'signature-1'));
    },
  ],
  [
    'an image beside a directory that is called as a stage is',
    'dir',
    async (path) => {
      await writeTree(path, directoryFiles(OLD));
      await writeTree(join(path, '.skopeo-wrapper-abcdef'), new Map([['thesis.txt', 'mine']]));
    },
  ],
  [
    'an image beside a link that is called as a stage is',
    'dir',
    async (path) => {
      await writeTree(path, directoryFiles(OLD));
      await mkdir(`${path}.empty`);
      await symlink(`${path}.empty`, join(path, '.skopeo-wrapper-abcdef'));
    },
  ],
  ['a file where a directory is to be', 'dir', (path) => writeFile(path, 'x')],
  ['a link that leads nowhere', 'dir', (path) => symlink('nowhere', path)],
  ['a link that leads to itself', 'dir', (path) => symlink(path, path)],
  ['somebody’s directory', 'oci', (path) => writeTree(path, new Map([['notes.txt', 'mine']]))],
  [
    'somebody’s directory, called as a stage is,',
    'oci',
    (path) => writeTree(join(path, '.skopeo-wrapper-abcdef'), new Map([['thesis.txt', 'mine']])),
  ],
  ['an index.json of somebody', 'oci', (path) => writeTree(path, new Map([['index.json', '{"a":1}']]))],
  ['a database', 'oci-archive', (path) => writeFile(path, 'SQLite format 3')],
  ['an archive of another format', 'oci-archive', (path) => writeFile(path, archiveBytes('docker-archive', OLD))],
  ['an archive of another format', 'docker-archive', (path) => writeFile(path, archiveBytes('oci-archive', OLD))],
  [
    'an archive of two images',
    'docker-archive',
    (path) => writeFile(path, tarOf(new Map([['manifest.json', '[{"Config":"a"},{"Config":"b"}]']]))),
  ],
  [
    'an archive of an image with two names',
    'docker-archive',
    (path) => writeFile(path, tarOf(new Map([['manifest.json', '[{"Config":"a","RepoTags":["a:1","b:1"]}]']]))),
  ],
  [
    'an archive of two images',
    'oci-archive',
    (path) => writeFile(path, tarOf(new Map([['index.json', '{"manifests":[{"digest":"a"},{"digest":"b"}]}']]))),
  ],
  [
    'an archive behind which somebody has put something',
    'docker-archive',
    (path) => writeFile(path, Buffer.concat([archiveBytes('docker-archive', OLD), Buffer.from('thesis')])),
  ],
  ['a directory', 'docker-archive', (path) => mkdir(path)],
  ['a link', 'docker-archive', (path) => symlink('elsewhere.tar', path)],
  [
    'a pipe',
    'docker-archive',
    async (path) => {
      spawnSync('mkfifo', [path]);
    },
  ],
];

for (const [what, transport, make] of FOREIGN) {
  test(`${what} is never taken for an image of ${transport}`, async () => {
    await using dir = await tempDir('staged');
    await make(dir.join('place'));
    const before = everything(dir.path);
    const asked: string[] = [];
    await assert.rejects(copyStaged(`${transport}:${dir.join('place')}`, OPTIONS, copier(NEW, 'success', asked)), {
      errorType: 'destination_conflict',
      message: /refusing to overwrite .*place/,
    });
    assert.deepEqual(asked, []);
    assert.equal(everything(dir.path), before);
  });
}

test('what came to be at the place during the copy is not overwritten', async () => {
  await using dir = await tempDir('staged');
  for (const transport of ['dir', 'oci-archive', 'docker-archive'] as const) {
    const place = dir.join(transport);
    const meanwhile: CopyTo = async (destination) => {
      await (transport === 'dir' ? writeTree(place, new Map([['mine', 'mine']])) : writeFile(place, 'mine'));
      return copier(NEW)(destination);
    };
    await assert.rejects(copyStaged(`${transport}:${place}`, OPTIONS, meanwhile));
    assert.equal(await readFile(transport === 'dir' ? join(place, 'mine') : place, 'utf8'), 'mine');
  }
  assert.deepEqual(await readdir(dir.path), ['dir', 'docker-archive', 'oci-archive']);
});

test('an archive keeps its mode and its owner', async () => {
  await using dir = await tempDir('staged');
  for (const transport of ['oci-archive', 'docker-archive'] as const) {
    const place = dir.join(transport);
    await writeFile(place, archiveBytes(transport, OLD), { mode: 0o600 });
    const [uid, gid] = process.getuid?.() === 0 ? [65_534, 65_534] : [process.getuid?.(), process.getgid?.()];
    if (uid !== undefined && gid !== undefined) await chown(place, uid, gid);
    await copy(`${transport}:${place}`);
    const after = await lstat(place);
    assert.deepEqual([after.mode & 0o777, after.uid, after.gid], [0o600, uid, gid]);
  }
});

test('an archive that was changed during the copy is not overwritten', async () => {
  await using dir = await tempDir('staged');
  const place = dir.join('a.tar');
  await writeFile(place, archiveBytes('oci-archive', OLD));
  const meanwhile: CopyTo = async (destination) => {
    await appendFile(place, 'more');
    return copier(NEW)(destination);
  };
  await assert.rejects(copyStaged(`oci-archive:${place}`, OPTIONS, meanwhile), { errorType: 'destination_conflict' });
  assert.match(await readFile(place, 'latin1'), /more$/);
});

test('a link to a directory is followed and stays', async () => {
  await using dir = await tempDir('staged');
  await copy(`dir:${dir.join('1.0')}`, OLD);
  await symlink('1.0', dir.join('latest'));
  await copy(`dir:${dir.join('latest')}`, NEW);
  assert.equal(await readlink(dir.join('latest')), '1.0');
  await assertHolds(dir.join('1.0'), NEW);
});

test('nothing is staged below /dev and /proc, by whatever name', async () => {
  await using dir = await tempDir('staged');
  await symlink('/dev', dir.join('devices'));
  const places = ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', '/dev/shm/x', `${dir.path}/devices/null`];
  const asked: string[] = [];
  for (const place of places) {
    for (const transport of ['docker-archive', 'oci-archive', 'dir', 'oci']) {
      await assert.rejects(copyStaged(`${transport}:${place}`, OPTIONS, copier(NEW, 'success', asked)), {
        errorType: 'destination_conflict',
      });
    }
  }
  assert.deepEqual(asked, []);
});

test('a layout takes one image after the other, and keeps what it holds already', async () => {
  await using dir = await tempDir('staged');
  const layout = dir.join('layout');
  await copy(`oci:${layout}:a`, OLD);
  await writeFile(join(layout, 'README'), 'mine');
  await copy(`oci:${layout}:b`, NEW);
  await copy(`oci:${layout}:c`, OLD);
  await copy(`oci:${layout}:a`, NEW);
  for (const [name, image] of [
    ['a', NEW],
    ['b', NEW],
    ['c', OLD],
  ] as const)
    assert.equal((await localState(`oci:${layout}:${name}`))?.digest, digestOfFake(image));
  assert.deepEqual(await readdir(layout), ['README', 'blobs', 'index.json', 'oci-layout']);
});

test('many copies at a time into one layout lose no name', async () => {
  await using dir = await tempDir('staged');
  const names = Array.from({ length: 8 }, (_, index) => `tag${index}`);
  await Promise.all(names.map((name) => copy(`oci:${dir.join('layout')}:${name}`, fakeImage(['config', name]))));
  for (const name of names) {
    const digest = digestOfFake(fakeImage(['config', name]));
    assert.equal((await localState(`oci:${dir.join('layout')}:${name}`))?.digest, digest);
  }
});

test('a broken blob of a layout is replaced, though it has the right name', async () => {
  for (const isBroken of [false, true]) {
    await using dir = await tempDir('staged');
    const layout = dir.join('layout');
    await copy(`oci:${layout}:a`, NEW);
    for (const name of await readdir(join(layout, 'blobs/sha256'))) {
      const path = join(layout, 'blobs/sha256', name);
      const text = await readFile(path, 'utf8');
      if (text.endsWith('layer')) await writeFile(path, isBroken ? text.toUpperCase() : text.slice(1));
    }
    await copy(`oci:${layout}:a`, NEW, { isBroken });
    assert.ok(await isWhole({ kind: 'oci', blobs: join(layout, 'blobs'), digest: digestOfFake(NEW) }, 'digests'));
  }
});

test('the index of a layout becomes what skopeo makes of it', async () => {
  await using dir = await tempDir('staged');
  const sources = await createLayout(dir.join('sources'));
  for (const name of ['0', '1']) await sources.addImage(name, { layers: [{ sizeBytes: 100 }], seed: name });
  const steps = [
    [0, 'a'],
    [1, 'a'],
    [0, 'b'],
    [0, 'c'],
    [1, 'b'],
    [0, 'a'],
  ] as const;
  for (const [index, name] of steps) {
    const from = sources.reference(String(index));
    await mustSkopeo(['copy', from, `oci:${dir.join('bare')}:${name}`]);
    await copyStaged(`oci:${dir.join('ours')}:${name}`, OPTIONS, async (destination, sharedBlobs = '') => {
      await mustSkopeo(['copy', `--dest-shared-blob-dir=${sharedBlobs}`, from, destination]);
      return result('success');
    });
  }
  const index = (layout: string) => readFile(dir.join(layout, 'index.json'), 'utf8');
  assert.equal(await index('ours'), await index('bare'));
});

test('stages of other runs are swept when these are dead, and only then', async () => {
  await using dir = await tempDir('staged');
  const marker = (directory: string) => JSON.stringify({ 'skopeo-wrapper': 'stage', directory });
  for (const name of ['abcdef', 'ABCDEF', '123456', '654321']) await mkdir(dir.join(`.skopeo-wrapper-${name}`));
  const { dev, ino } = await lstat(dir.join('.skopeo-wrapper-abcdef'));
  await writeFile(dir.join('.skopeo-wrapper-abcdef', 'stage'), marker(`${dev}:${ino}`));
  // A copy of a stage, and one that somebody made by hand.
  await writeFile(dir.join('.skopeo-wrapper-ABCDEF', 'stage'), marker(`${dev}:${ino}`));
  await writeFile(dir.join('.skopeo-wrapper-123456', 'thesis.txt'), 'precious');
  assert.equal(spawnSync('mkfifo', [dir.join('.skopeo-wrapper-654321', 'stage')]).status, 0);
  let others: readonly string[] = [];
  await copyStaged(`dir:${dir.join('a')}`, OPTIONS, async (destination) => {
    await copyStaged(`dir:${dir.join('b')}`, OPTIONS, async (other) => {
      others = await readdir(dir.path);
      return copier(NEW)(other);
    });
    return copier(NEW)(destination);
  });
  assert.equal(others.filter((name) => name.startsWith('.')).length, 5);
  const theirs = ['.skopeo-wrapper-123456', '.skopeo-wrapper-654321', '.skopeo-wrapper-ABCDEF'];
  assert.deepEqual(await readdir(dir.path), [...theirs, 'a', 'b']);
});

test('the stage of another user is left to that user', { skip: NEEDS_ROOT }, async () => {
  await using dir = await tempDir('staged');
  const stage = dir.join('.skopeo-wrapper-abcdef');
  await mkdir(stage);
  const { dev, ino } = await lstat(stage);
  await writeFile(join(stage, 'stage'), JSON.stringify({ 'skopeo-wrapper': 'stage', directory: `${dev}:${ino}` }));
  await chown(join(stage, 'stage'), 65_534, 65_534);
  await copy(`dir:${dir.join('a')}`);
  assert.deepEqual(await readdir(dir.path), ['.skopeo-wrapper-abcdef', 'a']);
  await chown(join(stage, 'stage'), 0, 0);
  await copy(`dir:${dir.join('a')}`);
  assert.deepEqual(await readdir(dir.path), ['a']);
});

test('a hard link of somebody to a part of the old image keeps its bytes', async () => {
  await using dir = await tempDir('staged');
  await copy(`dir:${dir.join('image')}`, OLD);
  await link(dir.join('image', 'manifest.json'), dir.join('kept'));
  await copy(`dir:${dir.join('image')}`, NEW);
  assert.equal(await readFile(dir.join('kept'), 'utf8'), OLD.manifest);
});

test('an image that lacks a blob is replaced by the whole one', async () => {
  await using dir = await tempDir('staged');
  await copy(`dir:${dir.join('image')}`, NEW);
  const [blob = ''] = (await readdir(dir.join('image'))).filter((name) => name.length === 64);
  await rm(dir.join('image', blob));
  await copy(`dir:${dir.join('image')}`, NEW);
  await assertHolds(dir.join('image'), NEW);
});

test('registries are written as they are', async () => {
  const asked: string[] = [];
  await copyStaged('docker://m.example/x:1', OPTIONS, async (destination) => {
    asked.push(destination);
    return result('success');
  });
  assert.deepEqual(asked, ['docker://m.example/x:1']);
});
