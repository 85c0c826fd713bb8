import type { SeriesKey } from '../../view.ts';

/** Between the label values of a series key; occurs in no label value of ours. */
export const SERIES_SEPARATOR = '\u001f';

/** The key of a series from its label values, in the order of the metric's labels. */
export const seriesKey = (...labelValues: readonly string[]): SeriesKey => labelValues.join(SERIES_SEPARATOR);

/** The first label value of a series. */
export const firstLabel = (key: SeriesKey): string => key.split(SERIES_SEPARATOR, 1)[0] ?? '';
