import { spawnSync } from 'node:child_process';

/** One command line to be timed. */
export interface Variant {
  readonly name: string;
  readonly command: readonly string[];
  /** Name of the variant that this one is compared with. */
  readonly base: string;
}

const wallMsOf = ([program = '', ...argv]: readonly string[]): number => {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} failed: ${stderr}`);
  return performance.now() - start;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Median wall time of each variant, the variants taken in turn so that the machine's moods hit all alike. */
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

/** Runs all variants, interleaved, and prints the median wall time of each and its ratio to its base. */
export const printRatios = (variants: readonly Variant[], rounds: number): void => {
  const medians = measure(variants, rounds);
  for (const { name, base } of variants) {
    const wallMs = medians.get(name) ?? Number.NaN;
    const ratio = wallMs / (medians.get(base) ?? Number.NaN);
    process.stdout.write(`${name.padEnd(18)}${wallMs.toFixed(0).padStart(6)} ms   ×${ratio.toFixed(2)} of ${base}\n`);
  }
};
