import type { Family, Sample } from './family.ts';

/** `text`: Prometheus 0.0.4; `openmetrics`: OpenMetrics 1.0. */
export const EXPOSITION_FORMATS = ['text', 'openmetrics'] as const;
export type ExpositionFormat = (typeof EXPOSITION_FORMATS)[number];

/** The exact `Content-Type` of each format: Prometheus 3 refuses a target that sends another one. */
export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

const escapeLabelValue = (value: string): string =>
  value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const escapeHelp = (help: string, format: ExpositionFormat): string =>
  format === 'openmetrics'
    ? escapeLabelValue(help)
    : help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const number = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
};

/** OpenMetrics wants `le` as a float, `300.0`; the text format has always had `300` here. */
const bound = (le: number, format: ExpositionFormat): string =>
  format === 'openmetrics' && Number.isInteger(le) && !String(le).includes('e') ? `${le}.0` : number(le);

const labels = (sample: Sample, format: ExpositionFormat): string => {
  const pairs = sample.labels.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`);
  if (sample.le !== undefined) pairs.push(`le="${bound(sample.le, format)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const UNITS = ['seconds', 'bytes'] as const;

const head = (name: string, { type, help }: Family, format: ExpositionFormat): string => {
  const unit = format === 'openmetrics' ? UNITS.find((candidate) => name.endsWith(`_${candidate}`)) : undefined;
  return (
    `# HELP ${name} ${escapeHelp(help, format)}\n# TYPE ${name} ${type}\n` +
    (unit === undefined ? '' : `# UNIT ${name} ${unit}\n`)
  );
};

const formatFamily = (family: Family, format: ExpositionFormat): string => {
  const isOpenMetricsCounter = format === 'openmetrics' && family.type === 'counter';
  const familyName = isOpenMetricsCounter ? family.name.replace(/_total$/, '') : family.name;
  const sampleName = isOpenMetricsCounter ? `${familyName}_total` : family.name;
  const lines = family.samples.map(
    (sample) => `${sampleName}${sample.suffix ?? ''}${labels(sample, format)} ${number(sample.value)}\n`,
  );
  return head(familyName, family, format) + lines.join('');
};

/** A page for Prometheus. Families without samples are left out; no timestamps, no exemplars. */
export const formatFamilies = (families: readonly Family[], format: ExpositionFormat): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => formatFamily(family, format))
    .join('') + (format === 'openmetrics' ? '# EOF\n' : '');
