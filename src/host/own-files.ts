import { constants } from 'node:fs';
import { lstat, mkdir, open } from 'node:fs/promises';
import { errorCode } from '../errors/system-error.ts';
import { readBounded } from './bounded-read.ts';

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;

const WRITABLE_BY_OTHERS = 0o022;

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** What was found under a name that anybody may have put there. */
type OwnRead =
  | { readonly kind: 'content'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string };

interface Ownership {
  readonly uid: number;
  readonly mode: number;
}

/** Why something was not made by this user, or root, alone; absent if it was. */
const ownershipProblem = ({ uid, mode }: Ownership): string | undefined => {
  if (uid !== process.geteuid?.() && uid !== 0) return `belongs to user ${uid}`;
  return (mode & WRITABLE_BY_OTHERS) === 0 ? undefined : 'may be written by others';
};

/** Why a directory is not this user's, or root's, alone; absent if it is, or is not there. */
export const directoryOwnershipProblem = async (path: string): Promise<string | undefined> => {
  const status = await lstat(path).catch((error: unknown) => {
    if (ABSENT.has(errorCode(error))) return undefined;
    throw error;
  });
  if (status === undefined) return undefined;
  return status.isDirectory() ? ownershipProblem(status) : 'is no directory';
};

/**
 * Makes a directory for this user alone, unless it is there.
 * @throws Error when it cannot be made, or somebody else's hand is in it.
 */
export const makeOwnDirectory = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const reason = await directoryOwnershipProblem(path);
  if (reason !== undefined) throw new Error(`${path} ${reason}`);
};

const fileOwnershipProblem = ({ names, ...owned }: Ownership & { readonly names: number }): string | undefined =>
  names === 1 ? ownershipProblem(owned) : 'has several names';

/**
 * Reads a file that nobody but this user or root can have written: no link is followed, nothing waited for, and nothing read
 * that is larger than `maxBytes`.
 */
export const readOwnFile = (path: string, maxBytes: number): OwnRead => {
  const read = readBounded(path, maxBytes);
  if (read.kind === 'vanished' || (read.kind === 'unreadable' && ABSENT.has(read.code))) return { kind: 'absent' };
  if (read.kind === 'unreadable') return { kind: 'refused', reason: `cannot be read (${read.code})` };
  if (read.kind === 'refused') return read;
  const reason = fileOwnershipProblem(read);
  return reason === undefined ? { kind: 'content', text: read.bytes.toString() } : { kind: 'refused', reason };
};

/**
 * Makes an empty file unless it is there, and makes sure that it is this user's, or root's, alone.
 * @throws Error when it is not.
 */
export const touchOwnFile = async (path: string): Promise<void> => {
  await using file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  const status = await file.stat();
  const reason = status.isFile() ? fileOwnershipProblem({ ...status, names: status.nlink }) : 'is no regular file';
  if (reason !== undefined) throw new Error(`${path} ${reason}`);
};
