/** A page's samples as a map from the series (labels sorted, `le` as a number) to the value. For well-formed pages. */
export const parseSamples = (page: string): Map<string, number> => {
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    samples.set(`${name}{${sortLabels(labels)}}`, toNumber(value));
  }
  return samples;
};

const toNumber = (text: string): number => Number(text.replace('Inf', 'Infinity'));

const sortLabels = (labels: string): string =>
  [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    .map(([, name, value = '']) => `${name}="${name === 'le' ? toNumber(value) : value}"`)
    .sort()
    .join(',');
