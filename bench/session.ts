/**
 * What keeping, writing and serving metrics adds to a copy of a tiny image, and what it costs that skopeo is started so
 * that it dies with the wrapper: wall times as ratios. All variants run in turn, in one series; the median counts.
 *
 *   node bench/session.ts [ROUNDS]
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../scripts/build.mjs';
import { randomLayers, writeOciImage } from '../scripts/support/image.ts';
import { printRatios, type Variant } from './ratios.ts';

const DEFAULT_ROUNDS = 15;

const variantsFor = (directory: string, program: string): Variant[] => {
  const image = ['copy', '--quiet', `oci:${directory}/image:v1`, `dir:${directory}/out`];
  const wrapper = (...flags: string[]) => [process.execPath, program, ...flags, ...image];
  const state = ['--state-dir', join(directory, 'state')];
  const textfile = ['--metrics-textfile', join(directory, 'textfiles')];
  const listener = ['--metrics-listen', '127.0.0.1:0'];
  const bare = 'no state';
  const skopeo = 'skopeo alone';
  return [
    { name: bare, command: wrapper('--no-state'), base: bare },
    { name: 'state', command: wrapper(...state), base: bare },
    { name: 'state, textfile', command: wrapper(...state, ...textfile), base: bare },
    { name: 'state, listener', command: wrapper(...state, ...listener), base: bare },
    { name: 'all', command: wrapper(...state, ...textfile, ...listener), base: bare },
    { name: skopeo, command: ['skopeo', ...image], base: skopeo },
    { name: 'skopeo by setpriv', command: ['setpriv', '--pdeathsig', 'TERM', 'skopeo', ...image], base: skopeo },
  ];
};

const directory = await mkdtemp(join(tmpdir(), 'session-bench-'));
try {
  const { boot: program } = await buildProgram(directory);
  await mkdir(join(directory, 'textfiles'));
  await writeOciImage(join(directory, 'image'), 'v1', randomLayers([1_000]));
  const variants = variantsFor(directory, program);
  await printRatios(variants, Number(process.argv[2] ?? DEFAULT_ROUNDS));
} finally {
  await rm(directory, { recursive: true, force: true });
}
