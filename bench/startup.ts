/**
 * What the wrapper costs before it does anything: wall time of `--version`, `--help` and a copy of a tiny image as
 * ratios to `node -e 0` and to skopeo alone. All variants run in turn, in one series; the median counts.
 *
 *   npm run bench:startup [-- ROUNDS]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomLayers, writeOciImage } from '../scripts/support/image.ts';

interface Variant {
  readonly name: string;
  readonly command: readonly string[];
  /** Name of the variant that this one is compared with. */
  readonly base: string;
}

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

const wallMsOf = ([program = '', ...argv]: readonly string[]): number => {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} failed: ${stderr}`);
  return performance.now() - start;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const measure = (variants: readonly Variant[], rounds: number): Map<string, number> => {
  const times = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command } of variants) {
      const wallMs = wallMsOf(command);
      if (round > 0) times.get(name)?.push(wallMs); // the first round warms the page cache
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
};

const directory = await mkdtemp(join(tmpdir(), 'startup-bench-'));
try {
  execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), process.arch], { stdio: 'ignore' });
  await writeOciImage(join(directory, 'image'), 'v1', randomLayers([1_000]));
  const variants = variantsFor(directory);
  const medians = measure(variants, Number(process.argv[2] ?? DEFAULT_ROUNDS));
  for (const { name, base } of variants) {
    const wallMs = medians.get(name) ?? Number.NaN;
    const ratio = wallMs / (medians.get(base) ?? Number.NaN);
    process.stdout.write(`${name.padEnd(18)}${wallMs.toFixed(0).padStart(6)} ms   ×${ratio.toFixed(2)} of ${base}\n`);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
