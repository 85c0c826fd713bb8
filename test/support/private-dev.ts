import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A `/dev` that may be lost: a copy in a mount namespace of its own. */
export interface PrivateDev extends AsyncDisposable {
  /** Goes before a command line to run it with that `/dev`, in a directory. */
  within(directory: string): readonly string[];
  /** Everything in it but the terminals and the shared memory: kind, mode, number, inode, target. */
  list(): readonly string[];
}

/** The copy is made in a file system that then takes the place of `/dev`; the namespace lives as long as our end of stdin. */
const MAKE = `
mount -t tmpfs none /dev/shm && cd /dev &&
cp -a null zero full random urandom tty ptmx fd stdin stdout stderr shm &&
mkdir shm/pts shm/shm && mount --bind pts shm/pts && mount --move shm /dev && cd / && echo made && exec cat`;

const UNSHARE = ['unshare', '-m', 'sh', '-c'] as const;

const describe = (directory: string, name: string): string => {
  const path = join(directory, name);
  const { mode, ino, rdev } = lstatSync(path, { bigint: true });
  const isLink = (Number(mode) & 0o170000) === 0o120000;
  return `${name} ${mode.toString(8)} ${rdev} ${ino} ${isLink ? readlinkSync(path) : ''}`;
};

const canBeMade = (): boolean => {
  const [program, ...argv] = UNSHARE;
  return spawnSync(program, [...argv, 'mount -t tmpfs none /dev/shm'], { stdio: 'ignore' }).status === 0;
};

/** Goes into a test's `skip`; a container may refuse it to root, too. */
export const NEEDS_PRIVATE_DEV = canBeMade() ? false : 'needs root, and to be allowed to mount: run npm test as root';

/** Makes a `/dev` for tests that name devices and descriptors as outputs; it is gone when it is disposed of, or we die. */
export const makePrivateDev = async (): Promise<PrivateDev> => {
  const [program, ...argv] = UNSHARE;
  const keeper = spawn(program, [...argv, MAKE], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(keeper, 'exit');
  await Promise.race([once(keeper.stdout, 'data'), ended]);
  if (keeper.exitCode !== null) throw new Error('No /dev of its own can be made.');
  const dev = `/proc/${keeper.pid}/root/dev`;
  return {
    within: (directory) => [
      'nsenter',
      `--mount=/proc/${keeper.pid}/ns/mnt`,
      ...['sh', '-c', 'cd "$0" && exec "$@"', directory],
    ],
    list: () =>
      readdirSync(dev)
        .filter((name) => name !== 'pts' && name !== 'shm')
        .sort()
        .map((name) => describe(dev, name)),
    async [Symbol.asyncDispose]() {
      keeper.stdin.end();
      await ended;
    },
  };
};

/** As {@link makePrivateDev}; where none can be had, the one of this machine stays in use. */
export const privateDevIfPossible = async (): Promise<PrivateDev> =>
  NEEDS_PRIVATE_DEV
    ? { within: () => [], list: () => [], [Symbol.asyncDispose]: async () => undefined }
    : await makePrivateDev();
