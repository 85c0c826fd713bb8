import type { OutputStream } from '../context.ts';

const USUAL_COLUMNS = 80;

const drawableColumns = (columns: number | undefined): number =>
  columns !== undefined && columns > 0 ? columns : USUAL_COLUMNS;

/**
 * A terminal that can be drawn on. A terminal that reports no columns, as under `script` or in a container, counts as
 * 80 columns wide, now and after each change of its size. Otherwise the drawing code would divide by zero and never
 * end.
 */
export const drawable = <Stream extends OutputStream>(terminal: Stream): Stream & { readonly columns: number } => {
  let { columns } = terminal;
  return Object.defineProperty(terminal, 'columns', {
    configurable: true,
    enumerable: true,
    get: () => drawableColumns(columns),
    set: (changed: number | undefined) => {
      columns = changed;
    },
  }) as Stream & { readonly columns: number };
};
