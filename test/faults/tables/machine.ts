import { appendFile, chmod, copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { AS_NOBODY } from '../../support/nobody.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { type Arrangement, type Fault, type Field, failsWith, readFirstLayer, STALL, STALLED } from '../fault.ts';

/** A copy of the layout that may be damaged; answers the path of its first layer. */
const copyLayout = async ({ dir, layout, image }: Field) => {
  const path = dir.join('damaged');
  await cp(layout.path, path, { recursive: true });
  const blob = `${path}/blobs/sha256/${image.layers[0]?.digest.slice('sha256:'.length)}`;
  return { source: `oci:${path}:app`, blob };
};

const onSmallDisk = async ({ dir }: Field, disk: { sizeKiB: number; readOnly?: boolean }): Promise<Arrangement> => {
  const resource = await mountSmallDisk(dir.join('disk'), disk);
  return { destination: `dir:${dir.join('disk')}/out`, resource };
};

/** Faults of the machine that copies: its disks, its rights, its files. */
export const MACHINE_FAULTS: readonly Fault[] = [
  {
    name: 'disk of the destination is full',
    side: 'download',
    needsRoot: true,
    arrange: (field) => onSmallDisk(field, { sizeKiB: 256 }),
    expect: failsWith('disk_full'),
  },
  {
    name: 'disk of the destination is read-only',
    side: 'download',
    needsRoot: true,
    arrange: (field) => onSmallDisk(field, { sizeKiB: 256, readOnly: true }),
    expect: failsWith('permission'),
  },
  {
    name: 'destination belongs to somebody else',
    side: 'download',
    needsRoot: true,
    async arrange({ dir }) {
      await chmod(dir.path, 0o755);
      for (const name of ['tmp', 'home', 'metrics']) await chmod(dir.join(name), 0o777);
      await mkdir(dir.join('state'), { mode: 0o777 });
      await chmod(dir.join('state'), 0o777);
      return { wrap: AS_NOBODY };
    },
    expect: failsWith('permission'),
  },
  {
    name: 'temporary directory is full',
    side: 'download',
    needsRoot: true,
    async arrange({ dir }) {
      const disk = dir.join('disk');
      const resource = await mountSmallDisk(disk, { sizeKiB: 128 });
      return { destination: `oci-archive:${dir.join('out.tar')}`, flags: ['--tmpdir', disk], resource };
    },
    expect: failsWith('disk_full'),
  },
  {
    name: 'damaged blob in a layout',
    side: 'download',
    async arrange(field) {
      const { source, blob } = await copyLayout(field);
      await writeFile(blob, Buffer.alloc(1), { flag: 'r+' });
      return { source };
    },
    expect: failsWith('digest_mismatch'),
  },
  {
    name: 'blob in a layout longer than its manifest says',
    side: 'download',
    async arrange(field) {
      const { source, blob } = await copyLayout(field);
      await appendFile(blob, 'more');
      return { source };
    },
    expect: failsWith('digest_mismatch'),
  },
  {
    name: 'missing blob in a layout',
    side: 'download',
    async arrange(field) {
      const { source, blob } = await copyLayout(field);
      await rm(blob);
      return { source };
    },
    expect: failsWith('not_found'),
  },
  {
    name: 'destination directory holds something else',
    side: 'download',
    async arrange({ dir }) {
      await mkdir(dir.join('mine'));
      await copyFile(import.meta.filename, dir.join('mine', 'letter.txt'));
      return { destination: `dir:${dir.join('mine')}` };
    },
    expect: failsWith('destination_conflict'),
  },
  ...['oci-archive', 'docker-archive'].map(
    (transport): Fault => ({
      name: `download stops in the middle of an ${transport}`,
      side: 'download',
      rules: (image) => [{ match: readFirstLayer(image), do: { down: { stallAfterBytes: 100_000 } } }],
      flags: STALL,
      async arrange({ dir }) {
        await mkdir(dir.join('out'));
        return { destination: `${transport}:${dir.join('out', 'image.tar')}` };
      },
      expect: STALLED,
    }),
  ),
];
