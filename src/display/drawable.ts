import type { OutputStream } from '../context.ts';

const USUAL_COLUMNS = 80;

const drawableColumns = (columns: number | undefined): number =>
  columns !== undefined && columns > 0 ? columns : USUAL_COLUMNS;

/**
 * A terminal as something to draw on: one that says that it has no columns, as under `script` or in a container, is taken
 * for 80 wide, now and after each change of its size. What draws would divide by it and never come to an end.
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
