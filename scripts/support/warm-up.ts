/**
 * warm-up.ts PROGRAM OUTPUT: runs the usual commands in one process, with a stand-in for skopeo, and writes V8's code
 * cache with all functions that they needed. The cache that V8 makes by itself holds top-level code only.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { compileProgram } from '../../src/boot/compile-program.ts';
import { type Context, processContext } from '../../src/context.ts';
import { randomLayers, writeOciImage } from './image.ts';

/** Prints what skopeo prints, and copies nothing. */
const STAND_IN = `#!/bin/sh
case "$*" in
*--version*) echo 'skopeo version 1.22.0' ;;
*inspect*) echo '{}' ;;
*) printf '%s\\n' 'Getting image source signatures' "Copying blob sha256:$(printf %064d 1)" \\
    "Copying config sha256:$(printf %064d 2)" 'Writing manifest to image destination' ;;
esac
`;

/** A stream that nobody reads, with what a display needs of a terminal. */
const outputStream = (isTTY: boolean): Context['stderr'] => {
  const ignore = (): boolean => true;
  const terminal = { isTTY, columns: 100, rows: 30, cursorTo: ignore, clearLine: ignore, moveCursor: ignore };
  return Object.assign(new PassThrough().resume(), terminal);
};

const contextIn = (directory: string, isTTY: boolean): Context => ({
  ...processContext(),
  env: {
    PATH: `${directory}:/usr/bin:/bin`,
    HOME: directory,
    TERM: 'xterm',
    SKOPEO_WRAPPER_STATE_DIR: join(directory, 'state'),
  },
  cwd: directory,
  stdout: outputStream(isTTY),
  stderr: outputStream(isTTY),
});

const copy = ['copy', 'oci:image:v1', 'dir:out'];
/** Command lines, and whether they are run on a terminal. */
const COMMAND_LINES: readonly (readonly [argv: readonly string[], isTTY: boolean])[] = [
  [['--help'], false],
  [['copy', '--help'], false],
  [copy, false],
  [copy, true],
  [[...copy, '--job-name', 'warm-up', '--metrics-textfile', '.', '--json'], false],
  [['inspect', 'oci:image:v1'], false],
  [['sync', '--file', 'mirror.yml', '--check'], false],
  [['metrics'], false],
  [['status'], false],
];

const [programPath = '', output = ''] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'warm-up-'));
try {
  await writeFile(join(directory, 'skopeo'), STAND_IN);
  await chmod(join(directory, 'skopeo'), 0o755);
  await mkdir(join(directory, 'image'));
  await writeOciImage(join(directory, 'image'), 'v1', randomLayers([1_000]));
  await writeFile(join(directory, 'mirror.yml'), 'images:\n  - { source: r.example/a, destination: s.example/a }\n');
  const source = (await readFile(programPath)).toString('latin1');
  const { exports, script } = compileProgram({
    source,
    filename: programPath,
    ownRequire: createRequire(import.meta.url),
  });
  for (const [argv, isTTY] of COMMAND_LINES) {
    const exitCode = await exports.runProgram(argv, contextIn(directory, isTTY));
    if (exitCode !== 0) throw new Error(`warm-up: ${argv.join(' ')} ended with status ${exitCode}`);
  }
  await writeFile(output, script.createCachedData());
} finally {
  await rm(directory, { recursive: true, force: true });
}
