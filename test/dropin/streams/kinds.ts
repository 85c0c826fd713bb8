/** What a command line names, and what bash connects to it. */
export interface StreamKind {
  readonly name: string;
  /** Stands for `{word}` in the command line. */
  readonly word: string;
  /**
   * Runs `"$@"` and keeps its status in the file `status`. What it writes goes to files `got.*`, `got.err` being stderr unless
   * that is what the word names.
   */
  readonly script: string;
  /** A stream is closed: the one that the word names, or another one. */
  readonly closes?: 'word' | 'other';
  /** Nobody reads stdout any more. */
  readonly losesReader?: true;
  /** Tried in each test run, not only at night: every way to connect something, once. */
  readonly isDaily?: true;
}

/** `$?` of the command itself, whatever it is connected to. */
const RUN = '{ "$@"; echo $? > status; }';

const kind = (name: string, word: string, script: string): StreamKind => ({ name, word, script });

const daily = (row: StreamKind): StreamKind => ({ ...row, isDaily: true });

/** A FIFO whose reader ends even where nobody has opened the other end. */
const withReader = (script: string): string =>
  `mkfifo fifo; cat fifo > got.fifo & ${script}; { true; } 8<> fifo; wait $!`;

const names = (fd: number): readonly string[] => [`/dev/fd/${fd}`, `/proc/self/fd/${fd}`];

/** Node connects the streams of a child to sockets. */
const SOCKETS = `node -e '
const [program, ...args] = process.argv.slice(1);
const { status, stdout, stderr } = require("node:child_process").spawnSync(program, args);
for (const [name, content] of Object.entries({ "got.out": stdout, "got.err": stderr, status: String(status) }))
  require("node:fs").writeFileSync(name, content);' -- "$@"`;

const INTO_PIPE = `${RUN} 2> got.err | cat > got.out`;
const INTO_LOST = `${RUN} >&9 9>&- 2> got.err`;
const INTO_FILES = `${RUN} > got.out 2> got.err`;

/** Other names of streams and uncommon things behind descriptors; bash would close a duplicate of a coprocess' pipe. */
const ODD_OUTPUTS: readonly StreamKind[] = [
  ...['/dev/fd/../fd/1', '/dev/./stdout', '/proc/thread-self/fd/1', '/dev/fd/01', '/dev/fd/1/'].map((word) =>
    kind(`${word}, a pipe`, word, INTO_PIPE),
  ),
  kind('a link to a link to /dev/fd, a pipe', 'outer/1', `ln -s /dev/fd inner; ln -s inner outer; ${INTO_PIPE}`),
  daily(kind('/dev/stdout, a socket', '/dev/stdout', SOCKETS)),
  kind('/dev/stdout, a file written twice', '/dev/stdout', `{ ${RUN}; "$@"; } > got.out 2> got.err`),
  kind('both ends of a FIFO', '/dev/fd/3', `mkfifo f; exec 3<> f; ${INTO_FILES}; exec 4< f 3>&-; cat <&4 > got.f`),
  kind(
    'a coprocess',
    '/dev/fd/30',
    `{ coproc cat > got.co; pid=$COPROC_PID; exec 30> /dev/fd/\${COPROC[1]}; eval "exec \${COPROC[1]}>&-"; } 2> /dev/null;
    ${INTO_FILES}; exec 30>&-; wait $pid`,
  ),
  kind('a descriptor of another process', 'link', `exec 4> got.four; ln -s /proc/$$/fd/4 link; ${INTO_FILES} 4>&-`),
  kind('a file that is gone', '/dev/fd/9', `exec 9> f; rm f; ${INTO_FILES}; cat < /proc/$$/fd/9 > got.gone`),
  kind('a descriptor that grows', '/dev/fd/9', `printf old > got.nine; ${RUN} 9>> got.nine > got.out 2> got.err`),
  kind('a directory', '/dev/fd/9', `mkdir d; ${RUN} 9< d > got.out 2> got.err`),
];

/** Places to write to. */
export const OUTPUTS: readonly StreamKind[] = [
  kind('a new file', 'got.file', `${RUN} > got.out 2> got.err`),
  kind('a file that is there', 'got.file', `printf old > got.file; ${RUN} > got.out 2> got.err`),
  daily(kind('a FIFO', 'fifo', withReader(`${RUN} > got.out 2> got.err`))),
  kind('a link to nothing', 'link', `ln -s got.file link; ${RUN} > got.out 2> got.err`),
  ...['/dev/stdout', ...names(1)].flatMap((word) => [
    kind(`${word}, a pipe`, word, `${RUN} 2> got.err | cat > got.out`),
    kind(`${word}, a file`, word, `${RUN} > got.out 2> got.err`),
  ]),
  kind('/dev/stdout, a FIFO', '/dev/stdout', withReader(`${RUN} > fifo 2> got.err`)),
  kind('/dev/stdout, a file that grows', '/dev/stdout', `printf old > got.out; ${RUN} >> got.out 2> got.err`),
  daily(kind('a link to /dev/stdout, a pipe', 'link', `ln -s /dev/stdout link; ${RUN} 2> got.err | cat > got.out`)),
  kind('/dev/stdout with stderr, a file', '/dev/stdout', `${RUN} > got.both 2>&1`),
  daily(kind('/dev/stdout with stderr, a pipe', '/dev/stdout', `${RUN} 2>&1 | cat > got.both`)),
  ...['/dev/stderr', ...names(2)].flatMap((word) => [
    kind(`${word}, a pipe`, word, `${RUN} 2>&1 > got.out | cat > got.both`),
    kind(`${word}, a file`, word, `${RUN} > got.out 2> got.both`),
  ]),
  ...names(3).map((word) => kind(`${word}, stdout`, word, `${RUN} 3>&1 2> got.err | cat > got.out`)),
  ...names(9).map((word) => kind(`${word}, a file`, word, `${RUN} 9> got.nine > got.out 2> got.err`)),
  kind('/dev/fd/40, a file', '/dev/fd/40', `${RUN} 40> got.forty > got.out 2> got.err`),
  daily(
    kind(
      'a process substitution',
      '/dev/fd/63',
      `exec 63> >(cat > got.sub); ${RUN} > got.out 2> got.err; exec 63>&-; wait $!`,
    ),
  ),
  daily(kind('the only end of a pipe', '/dev/fd/5', `{ ${RUN} 5>&1 > got.out 2> got.err; } | cat > got.five`)),
  daily(kind('a descriptor for reading', '/dev/fd/7', `${RUN} 7< template > got.out 2> got.err`)),
  kind('a descriptor that is closed', '/dev/fd/7', `${RUN} 7>&- > got.out 2> got.err`),
  { ...kind('/dev/stdout, closed', '/dev/stdout', `${RUN} >&- 2> got.err`), closes: 'word' },
  daily({
    ...kind('/proc/thread-self/fd/1, closed', '/proc/thread-self/fd/1', `${RUN} >&- 2> got.err`),
    closes: 'word',
  }),
  { ...kind('/dev/fd/2, closed', '/dev/fd/2', `${RUN} > got.out 2>&-`), closes: 'word' },
  kind('a full disk', '/dev/full', `${RUN} > got.out 2> got.err`),
  daily(kind('/dev/stdout, a full disk', '/dev/stdout', `${RUN} > /dev/full 2> got.err`)),
  kind('nothing', '/dev/null', `${RUN} > got.out 2> got.err`),
  kind('/dev/stdout, nothing', '/dev/stdout', `${RUN} > /dev/null 2> got.err`),
  daily({ ...kind('a file, with stdin closed', 'got.file', `${RUN} <&- > got.out 2> got.err`), closes: 'other' }),
  { ...kind('a file, with stdout closed', 'got.file', `${RUN} >&- 2> got.err`), closes: 'other' },
  { ...kind('a file, with stderr closed', 'got.file', `${RUN} > got.out 2>&-`), closes: 'other' },
  daily(kind('a file, with a lock', 'got.file', `${RUN} 9> got.lock > got.out 2> got.err`)),
  ...ODD_OUTPUTS,
  daily({
    ...kind('a file, with stdout a pipe that nobody reads', 'got.file', `mkfifo p; exec 8<> p 9> p 8>&-; ${INTO_LOST}`),
    losesReader: true,
  }),
];

const ODD_INPUTS: readonly StreamKind[] = [
  ...['/dev/fd/../fd/0', '/dev/./stdin', '/proc/thread-self/fd/0'].map((word) =>
    kind(`${word}, a pipe`, word, `cat input | ${INTO_FILES}`),
  ),
  kind('/dev/stdin, a file that was read from', '/dev/stdin', `{ read -rN 4; ${RUN}; } < input > got.out 2> got.err`),
  kind('a descriptor for both', '/dev/fd/3', `${RUN} 3<> input > got.out 2> got.err`),
  kind(
    'a coprocess',
    '/dev/fd/30',
    `{ coproc { cat input; exec >&-; cat; }; exec 30< /dev/fd/\${COPROC[0]}; } 2> /dev/null; ${INTO_FILES}; exec 30<&-`,
  ),
];

/** Places to read from; the file is `input`. */
export const INPUTS: readonly StreamKind[] = [
  kind('a file', 'input', `${RUN} > got.out 2> got.err`),
  kind('a link', 'link', `ln -s input link; ${RUN} > got.out 2> got.err`),
  daily(
    kind('a FIFO', 'fifo', `mkfifo fifo; cat input > fifo & ${RUN} > got.out 2> got.err; { true; } 8<> fifo; wait $!`),
  ),
  daily(kind('/dev/stdin, a pipe', '/dev/stdin', `cat input | ${RUN} > got.out 2> got.err`)),
  ...names(0).map((word) => kind(`${word}, a pipe`, word, `cat input | ${RUN} > got.out 2> got.err`)),
  ...['/dev/stdin', ...names(0)].map((word) => kind(`${word}, a file`, word, `${RUN} < input > got.out 2> got.err`)),
  ...names(3).map((word) => kind(`${word}, a file`, word, `${RUN} 3< input > got.out 2> got.err`)),
  daily(kind('/dev/fd/40, a file', '/dev/fd/40', `${RUN} 40< input > got.out 2> got.err`)),
  daily(kind('a process substitution', '/dev/fd/63', `${RUN} 63< <(cat input) > got.out 2> got.err`)),
  { ...kind('/dev/stdin, closed', '/dev/stdin', `${RUN} <&- > got.out 2> got.err`), closes: 'word' },
  kind('a descriptor that is closed', '/dev/fd/7', `${RUN} 7<&- > got.out 2> got.err`),
  ...ODD_INPUTS,
];
