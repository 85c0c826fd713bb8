import { DEFINITIONS } from './contract.ts';
import type { Family } from './exposition/family.ts';
import { type ExpositionFormat, formatFamilies } from './exposition/format.ts';
import { familiesOfView, type WriterInfo } from './exposition/view-families.ts';
import type { MetricsView } from './view.ts';

/** Who reads the page: a scrape of the listener, or node_exporter's textfile collector. */
export type RenderTarget = 'listener' | 'textfile';

const isFor =
  (target: RenderTarget) =>
  ({ name }: Family): boolean => {
    const where = DEFINITIONS.get(name)?.where;
    return where === 'both' || where === target;
  };

/**
 * The page for a view: every metric of the contract that belongs to the target, zeros of closed label sets included, in
 * a fixed order. A textfile is always to be written in the format `text`: node_exporter loses the types of OpenMetrics.
 */
export const renderView = (
  view: MetricsView,
  info: WriterInfo,
  target: RenderTarget,
  format: ExpositionFormat,
): string => {
  const families = familiesOfView(view, info).filter(isFor(target));
  return formatFamilies(target === 'listener' ? [...families, ...(info.processFamilies ?? [])] : families, format);
};
