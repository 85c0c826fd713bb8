/**
 * What the wrapper costs before it does anything: wall time of `--version`, `--help` and a copy of a tiny image as
 * ratios to `node -e 0` and to skopeo alone. All variants run in turn, in one series; the median counts.
 *
 *   npm run bench:startup [-- ROUNDS]
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomLayers, writeOciImage } from '../scripts/support/image.ts';
import { printRatios, type Variant } from './ratios.ts';

const DEFAULT_ROUNDS = 15;
const root = resolve(import.meta.dirname, '..');
const binary = join(root, `build/skopeo-wrapper-linux-${process.arch}`);
const fromNpm = [process.execPath, join(root, 'bin/run.js')];

const variantsFor = (directory: string): Variant[] => {
  const copy = ['copy', `oci:${directory}/image:v1`, `dir:${directory}/out`];
  const node = 'node -e 0';
  const skopeo = 'skopeo copy';
  return [
    { name: node, command: [process.execPath, '-e', '0'], base: node },
    { name: '--version', command: [binary, '--version'], base: node },
    { name: '--help', command: [binary, '--help'], base: node },
    { name: '--version (npm)', command: [...fromNpm, '--version'], base: node },
    { name: '--help (npm)', command: [...fromNpm, '--help'], base: node },
    { name: skopeo, command: ['skopeo', ...copy], base: skopeo },
    { name: 'copy', command: [binary, ...copy], base: skopeo },
    { name: 'copy (npm)', command: [...fromNpm, ...copy], base: skopeo },
  ];
};

const directory = await mkdtemp(join(tmpdir(), 'startup-bench-'));
try {
  execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), process.arch], { stdio: 'ignore' });
  await writeOciImage(join(directory, 'image'), 'v1', randomLayers([1_000]));
  const variants = variantsFor(directory);
  await printRatios(variants, Number(process.argv[2] ?? DEFAULT_ROUNDS));
} finally {
  await rm(directory, { recursive: true, force: true });
}
