import { execa } from 'execa';

/** One command line to be timed. */
export interface Variant {
  readonly name: string;
  readonly command: readonly string[];
  /** Name of the variant that this one is compared with. */
  readonly base: string;
}

/** Throws when the command fails. */
const wallMsOf = async ([program = '', ...argv]: readonly string[]): Promise<number> => {
  const { durationMs } = await execa(program, argv, { stdin: 'ignore' });
  return durationMs;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Median wall time of each variant, the variants taken in turn so that changes in the machine's load affect all alike. */
const measure = async (variants: readonly Variant[], rounds: number): Promise<Map<string, number>> => {
  const times = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command } of variants) {
      const wallMs = await wallMsOf(command);
      if (round > 0) times.get(name)?.push(wallMs); // the first round warms the page cache
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
};

/** Runs all variants, interleaved, and prints the median wall time of each and its ratio to its base. */
export const printRatios = async (variants: readonly Variant[], rounds: number): Promise<void> => {
  const medians = await measure(variants, rounds);
  for (const { name, base } of variants) {
    const wallMs = medians.get(name) ?? Number.NaN;
    const ratio = wallMs / (medians.get(base) ?? Number.NaN);
    process.stdout.write(`${name.padEnd(20)}${wallMs.toFixed(0).padStart(6)} ms   ×${ratio.toFixed(2)} of ${base}\n`);
  }
};
