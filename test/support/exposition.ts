/** Samples of a metrics text, by name and labels. */
export interface Samples {
  /** Sum of all series of `name` whose labels include the given ones. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const parseLabels = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));

/** Reads the text format of Prometheus as far as the values of series go. */
export const readSamples = (text: string): Samples => {
  const series = text
    .split('\n')
    .map((line) => /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, labels = '', value]) => ({ name, labels: parseLabels(labels), value: Number(value) }));
  return {
    sum: (name, wanted = {}) =>
      series
        .filter((one) => one.name === name)
        .filter(({ labels }) => Object.entries(wanted).every(([label, value]) => labels[label] === value))
        .reduce((sum, { value }) => sum + value, 0),
  };
};
