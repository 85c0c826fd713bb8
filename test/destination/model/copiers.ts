import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectCopy } from '../../../src/destination/direct-copy.ts';
import type { CopyTo } from '../../../src/destination/staged-copy.ts';
import { Killed } from '../faulty-files.ts';
import { archiveBytes, directoryFiles, layoutFiles, result, writeTree } from '../support.ts';
import { IMAGES, type Transport } from './images.ts';

/** What is to be copied, how far it comes, and how it ends. */
export interface CopyPlan {
  readonly transport: Transport;
  readonly image: number;
  readonly tag: string;
  readonly ending: 'success' | 'error' | 'throws' | 'killed';
  /** Files that are written before it ends, or milliseconds of the real skopeo, if it does not succeed. */
  readonly written: number;
}

/** What happens once skopeo has done what it does. */
export interface Interruptions {
  readonly meddle: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Whether the file system has failed: we leave what we could not look at. */
  readonly hasMetFault: () => boolean;
}

const imageOf = ({ image }: CopyPlan) => IMAGES[image] ?? assert.fail();

const pathOf = (destination: string): string => destination.slice(destination.indexOf(':') + 1).split(':')[0] ?? '';

const end = async ({ ending }: CopyPlan, { meddle, kill }: Interruptions): Promise<'success' | 'error'> => {
  await meddle();
  if (ending === 'killed') {
    await kill();
    throw new Killed('killed');
  }
  if (ending === 'throws') throw new Error('broken off');
  return ending;
};

/** What skopeo would do in a stage, as far as it comes. */
export const fakeCopier =
  (plan: CopyPlan, interruptions: Interruptions): CopyTo =>
  async (destination, sharedBlobs) => {
    const image = imageOf(plan);
    const path = pathOf(destination);
    const limit = plan.ending === 'success' ? Number.POSITIVE_INFINITY : plan.written;
    let count = 0;
    const write = async (file: string, content: string | Buffer): Promise<void> => {
      if (++count > limit) return;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    };
    if (plan.transport === 'dir') for (const [name, text] of directoryFiles(image)) await write(join(path, name), text);
    else if (plan.transport === 'oci') {
      for (const [name, text] of layoutFiles(image, plan.tag)) {
        const file = name.startsWith('blobs/')
          ? join(sharedBlobs ?? join(path, 'blobs'), name.slice(6))
          : join(path, name);
        // skopeo believes in names.
        if ((await stat(file).catch(() => undefined)) === undefined) await write(file, text);
      }
      await mkdir(join(path, 'blobs'), { recursive: true });
    } else await write(path, archiveBytes(plan.transport, image));
    return result(await end(plan, interruptions));
  };

/** The real skopeo, from `sources`, in which each image has a directory named by its number. */
export const skopeoCopier =
  (sources: string) =>
  (plan: CopyPlan, interruptions: Interruptions): CopyTo =>
  async (destination, sharedBlobs) => {
    // skopeo makes no docker-archive of images that hold no file systems.
    if (plan.transport === 'docker-archive') return fakeCopier(plan, interruptions)(destination, sharedBlobs);
    const source = plan.ending === 'error' ? join(sources, 'none') : join(sources, String(plan.image));
    const flags = [
      ...(plan.transport === 'dir' ? [] : ['--remove-signatures']),
      ...(sharedBlobs === undefined ? [] : [`--dest-shared-blob-dir=${sharedBlobs}`]),
    ];
    const child = spawn('skopeo', ['--insecure-policy', 'copy', '-q', ...flags, `dir:${source}`, destination], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close');
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += String(bytes);
    });
    if (plan.ending === 'killed') {
      await sleep(plan.written * 10);
      child.kill('SIGKILL');
    }
    const [status] = await ended;
    if (plan.ending === 'success') assert.equal(status, 0, said);
    return result(await end(plan, interruptions));
  };

/** Writes a blob under the name it has before it is whole; tells its path. */
const writePartial = async (plan: CopyPlan, path: string, look: () => void): Promise<string> => {
  for (let number = 1; ; number++) {
    const partial = join(path, `${plan.transport}-put-blob${number}`);
    const file = await open(partial, 'wx').catch(() => undefined);
    if (file === undefined) continue;
    await file.writeFile('half a blob');
    look();
    await file.close();
    return partial;
  }
};

/** What skopeo would do at the destination itself; it refuses a place that is taken. Returns what it left half-written. */
export const copyInPlace = async (
  plan: CopyPlan,
  path: string,
  copy: DirectCopy,
  interruptions: Interruptions,
): Promise<'success' | 'error'> => {
  await copy.begin();
  const image = imageOf(plan);
  let left: string | undefined;
  let isRefused = false;
  if (plan.transport === 'dir' || plan.transport === 'oci') {
    await mkdir(path, { recursive: true }).catch(() => undefined);
    const names = await readdir(path).catch(() => ['no directory']);
    const isLayout =
      plan.transport === 'oci' && names.includes('blobs') && (await lstat(join(path, 'blobs'))).isDirectory();
    isRefused = names.length > 0 && !isLayout;
    if (!isRefused) left = await writePartial(plan, path, () => copy.look(process.pid));
    if (left !== undefined && plan.ending === 'success' && !isLayout) {
      const files = plan.transport === 'dir' ? directoryFiles(image) : layoutFiles(image, plan.tag);
      const [first = ''] = [...files.keys()];
      await mkdir(dirname(join(path, first)), { recursive: true });
      await rename(left, join(path, first));
      await writeTree(path, files);
    } else isRefused ||= isLayout;
  } else {
    const there = await lstat(path).catch(() => undefined);
    isRefused = there !== undefined && !(there.isFile() && there.size === 0);
    const bytes = archiveBytes(plan.transport, image);
    const part = plan.ending === 'success' ? bytes : bytes.subarray(0, plan.written * 100);
    if (!isRefused)
      isRefused = await writeFile(path, part).then(
        () => false,
        () => true,
      );
  }
  const ending = await end(plan, interruptions);
  if (ending === 'success' && !isRefused) return 'success';
  await copy.clear();
  if (left !== undefined && !interruptions.hasMetFault())
    assert.equal(await lstat(left).catch(() => undefined), undefined, `${left} was left`);
  return 'error';
};
