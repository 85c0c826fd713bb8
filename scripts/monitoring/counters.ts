/** Label names and values of a series. */
export type Labels = Readonly<Record<string, string>>;

/** One line of an exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Counters by name and labels. */
export class Counters {
  readonly #samples = new Map<string, Sample>();

  add(name: string, labels: Labels, delta = 1): void {
    const key = name + JSON.stringify(labels);
    this.#samples.set(key, { name, labels, value: (this.#samples.get(key)?.value ?? 0) + delta });
  }

  samples(): Sample[] {
    return [...this.#samples.values()];
  }
}

/** A histogram by labels, cumulative as Prometheus wants it. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #observations = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const key = JSON.stringify(labels);
    const series = this.#observations.get(key) ?? { labels, counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
    this.#observations.set(key, {
      labels,
      counts: series.counts.map((count, index) => (value <= (this.#bounds[index] ?? 0) ? count + 1 : count)),
      sum: series.sum + value,
      count: series.count + 1,
    });
  }

  samples(name: string): Sample[] {
    return [...this.#observations.values()].flatMap(({ labels, counts, sum, count }) => [
      ...counts.map((value, index) => ({
        name: `${name}_bucket`,
        labels: { ...labels, le: String(this.#bounds[index]) },
        value,
      })),
      { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
      { name: `${name}_sum`, labels, value: sum },
      { name: `${name}_count`, labels, value: count },
    ]);
  }
}
