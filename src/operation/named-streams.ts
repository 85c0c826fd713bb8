import { fstatSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { CommandLine } from '../command-line/command-line.ts';
import type { SkopeoArgument } from '../command-line/skopeo-arguments.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { linkTarget } from '../host/link-target.ts';
import { parseReference } from '../image/reference.ts';
import { isNullDevice } from '../skopeo/process/descriptors.ts';
import type { StreamMode } from '../skopeo/process/start-skopeo.ts';

const NAMES = ['stdin', 'stdout', 'stderr'] as const;
type StreamName = (typeof NAMES)[number];

/** All paths that an argument may contain: an operand, the path in a reference, the value of a flag. */
const pathsIn = ({ type, written }: SkopeoArgument): readonly string[] => {
  const [first = '', second] = written;
  const value = type !== 'flag' || second !== undefined ? (second ?? first) : first.slice(first.indexOf('=') + 1);
  return [value, type === 'operand' ? parseReference(value).path : undefined].filter((path) => path !== undefined);
};

/**
 * The descriptors of a process, as `/proc` shows them for the process itself and for each of its threads
 * (`/proc/thread-self`).
 */
const OURS = new RegExp(`^/proc/${process.pid}(?:/task/\\d+)?/fd$`);

/** The descriptor of ours to which a path leads: `/dev/stdout`, `/dev/fd/1`, `/proc/self/fd/1`, links to them. */
const ownDescriptorOf = (path: string): string | undefined => {
  const target = linkTarget(path);
  return OURS.test(realpathSync(dirname(target))) ? basename(target) : undefined;
};

const isSameFile = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino;

const orUndefined = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined; // not a file, not a link, or not Linux
  }
};

/** Whether an argument leads to a stream. `/dev/null` does not count, since nothing else is read or written there. */
const leadsTo = (path: string, fd: number): boolean => {
  if (orUndefined(() => ownDescriptorOf(path)) === String(fd)) return true;
  const [file, stream] = [orUndefined(() => statSync(path)), orUndefined(() => fstatSync(fd))];
  return file !== undefined && stream !== undefined && isSameFile(file, stream) && !isNullDevice(stream);
};

/**
 * Finds those of our own streams that a command line names in any way: `/dev/stdout`, `/dev/fd/1`, a link to them, the
 * file or FIFO itself. What skopeo reads or writes there must not be mixed with anything of ours.
 */
export const namedStreams = (args: readonly SkopeoArgument[], cwd: string): ReadonlySet<StreamName> => {
  const paths = args.flatMap(pathsIn).map((path) => resolve(cwd, path));
  return new Set(NAMES.filter((_, fd) => paths.some((path) => leadsTo(path, fd))));
};

/**
 * Flags whose files a failed attempt leaves as they are: they are read for skopeo before its first attempt, or written
 * after a copy that succeeded.
 */
const KEPT_BY_FAILED_ATTEMPTS: ReadonlySet<string> = new Set([
  'authfile',
  'src-authfile',
  'dest-authfile',
  'digestfile',
]);

const isOneTimeStream = (stats: Stats): boolean =>
  stats.isFIFO() || stats.isSocket() || (stats.isCharacterDevice() && !isNullDevice(stats));

/**
 * Whether a command line names something that can be read or written only once: a pipe, a terminal. A second attempt
 * would find it read out, or write behind what the first one has written.
 */
export const namesPipe = (args: readonly SkopeoArgument[], cwd: string): boolean =>
  args
    .filter((argument) => argument.type !== 'flag' || !KEPT_BY_FAILED_ATTEMPTS.has(argument.name))
    .flatMap(pathsIn)
    .some((path) => {
      const found = orUndefined(() => statSync(resolve(cwd, path)));
      return found !== undefined && isOneTimeStream(found);
    });

/** If a stream was closed at its start, Node opens the null device for reading and writing instead. */
const isClosedStream = (fd: number): boolean => {
  const flags = /^flags:\s*[0-7]*([0-7])$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
  return isNullDevice(fstatSync(fd)) && (Number(flags) & 3) === 2;
};

/**
 * The streams of a skopeo whose command line names some of ours: it gets those unchanged. Throws a usage error if this
 * is not possible: the stream is closed, or is used for JSON.
 */
export const handOverNamed = (
  { skopeoArguments, own }: Pick<CommandLine, 'skopeoArguments' | 'own'>,
  cwd: string,
  streams: StreamMode,
): StreamMode => {
  const named = namedStreams(skopeoArguments, cwd);
  const closed = [...named].find((name) => orUndefined(() => isClosedStream(NAMES.indexOf(name))));
  if (closed !== undefined) throw usageError(`the command line names ${closed}, which is closed`);
  const written = named.has('stderr') ? 'stderr' : named.has('stdout') ? 'stdout' : undefined;
  if (written === undefined) return streams;
  if (own.json || own.events === '-') {
    const taken = own.json ? 'the result' : 'the events';
    throw usageError(
      `stdout is for ${taken}, and skopeo is to write to ${written}`,
      'Let skopeo write to a file, or leave the JSON away.',
    );
  }
  if (written === 'stderr') return 'terminal';
  return streams === 'progress' ? 'data' : streams;
};
