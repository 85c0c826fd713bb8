import { printable } from '../text/printable.ts';

/** Rows as lines of text: columns as wide as their widest cell, two spaces apart, nothing that moves the cursor. */
export const renderTable = (rows: readonly (readonly string[])[]): string => {
  const clean = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of clean) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const pad = (cell: string, column: number): string => cell.padEnd(widths[column] ?? 0);
  return clean.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
};
