const NAMED = { green: '#73bf69', red: '#f2495c', orange: '#ff9830', blue: '#5794f2', text: '#d8d9da' };

/** Grafana's classic palette. */
export const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#705da0',
  '#37872d',
  '#fade2a',
];

export const named = (color) => NAMED[color] ?? color;

/** The colour of a value by thresholds. */
export const colorOf = (value, { steps }) =>
  named(steps.findLast(({ value: from }) => from === null || value >= from)?.color ?? 'text');
