import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A directory that vanishes with its scope. */
export const temporaryDirectory = async () => {
  const path = await mkdtemp(join(tmpdir(), 'skopeo-wrapper-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** A file system of its own in memory, unmounted with its scope; absent where this user may not mount. */
export const temporaryFileSystem = async (size: string) => {
  const path = await mkdtemp(join(tmpdir(), 'skopeo-wrapper-test-'));
  const { exitCode } = await execa('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path], { reject: false });
  const unmount = async () => {
    await execa('umount', [path], { reject: false });
    await rm(path, { recursive: true, force: true });
  };
  if (exitCode === 0) return { path, [Symbol.asyncDispose]: unmount };
  await unmount();
  return undefined;
};
