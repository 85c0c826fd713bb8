import type { PageFormat } from '../registry/page.ts';

/** One element of an Accept or Accept-Encoding header (RFC 9110, 12.5): value, parameters, weight from 0 to 1. */
interface Preference {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const parsePreference = (element: string): Preference => {
  const [value = '', ...rest] = element.split(';').map((part) => part.trim().toLowerCase());
  const parameters = new Map(
    rest.map((parameter): [string, string] => {
      const [name = '', text = ''] = parameter.split('=').map((part) => part.trim());
      return [name, text.replace(/^"(.*)"$/, '$1')];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { value, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
};

const parsePreferences = (header: string): Preference[] => header.split(',').map(parsePreference);

/** The weight of the best element that matches, 0 without one. */
const bestQuality = (preferences: readonly Preference[], matches: (preference: Preference) => boolean): number =>
  Math.max(0, ...preferences.filter(matches).map(({ quality }) => quality));

const hasVersion = (preference: Preference, version: string): boolean =>
  (preference.parameters.get('version') ?? version) === version;

/**
 * OpenMetrics only if the client named it and prefers it to plain text; otherwise text, whatever the client accepts.
 */
export const chooseFormat = (accept: string | undefined): PageFormat => {
  if (accept === undefined) return 'text';
  const preferences = parsePreferences(accept);
  const openmetrics = bestQuality(
    preferences,
    (preference) => preference.value === 'application/openmetrics-text' && hasVersion(preference, '1.0.0'),
  );
  const text = bestQuality(
    preferences,
    (preference) => preference.value === 'text/plain' && hasVersion(preference, '0.0.4'),
  );
  return openmetrics > text ? 'openmetrics' : 'text';
};

/** Whether the client accepts gzip: by name, or by `*` when gzip is not named. */
export const acceptsGzip = (acceptEncoding: string | undefined): boolean => {
  const preferences = parsePreferences(acceptEncoding ?? '');
  const named = preferences.filter(({ value }) => value === 'gzip' || value === 'x-gzip');
  const relevant = named.length > 0 ? named : preferences.filter(({ value }) => value === '*');
  return relevant.some(({ quality }) => quality > 0);
};
