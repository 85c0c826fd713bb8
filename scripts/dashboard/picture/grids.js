import { colorOf, named } from './colors.js';
import { format } from './units.js';

const create = (tag, parent, text = '') => {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.append(element);
  return element;
};

/** One number. */
export const drawStat = (element, { panel, results }) => {
  const { unit, decimals, thresholds } = panel.fieldConfig.defaults;
  const value = Number(results[0].instant[0]?.value[1] ?? Number.NaN);
  const number = create('div', element, format(value, unit, decimals));
  number.className = 'stat';
  number.style.color = colorOf(value, thresholds);
};

const columnsOf = (panel) => {
  const { renameByName } = panel.transformations.find(({ id }) => id === 'organize').options;
  return Object.entries(renameByName).map(([field, name]) => {
    const override = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === name)?.properties ?? [];
    const property = (id) => override.find((one) => one.id === id)?.value;
    return { field, name, unit: property('unit'), thresholds: property('thresholds') };
  });
};

/** Rows of equal labels, as the transformation `merge` makes them. */
const mergeRows = (results) => {
  const rows = new Map();
  for (const { refId, instant } of results) {
    for (const { metric, value } of instant) {
      const { __name__: _, ...labels } = metric;
      const key = JSON.stringify(Object.entries(labels).sort());
      rows.set(key, { ...labels, ...rows.get(key), [`Value #${refId}`]: Number(value[1]) });
    }
  }
  return [...rows.values()];
};

export const drawTable = (element, { panel, results }) => {
  const columns = columnsOf(panel);
  const table = create('table', element);
  const head = create('tr', create('thead', table));
  for (const { name } of columns) create('th', head, name);
  const body = create('tbody', table);
  for (const row of mergeRows(results)) {
    const line = create('tr', body);
    for (const { field, unit, thresholds } of columns) {
      const value = row[field];
      const cell = create('td', line, typeof value === 'number' ? format(value, unit) : (value ?? '–'));
      if (typeof value === 'number') cell.className = 'number';
      if (thresholds !== undefined && typeof value === 'number') cell.style.color = colorOf(value, thresholds);
    }
  }
};

/** Bands of states, one per series. */
export const drawTimeline = (element, { panel, results }, { startSeconds, endSeconds }) => {
  const place = (time) => `${(100 * (time - startSeconds)) / (endSeconds - startSeconds)}%`;
  const series = results.flatMap(({ legend, range }) =>
    range.map(({ metric, values }) => ({
      name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ''),
      values,
    })),
  );
  if (series.length === 0) create('div', element, 'No data').className = 'nothing';
  for (const { name, values } of series) {
    const line = create('div', element);
    line.className = 'band';
    create('span', line, name);
    const bar = create('div', line);
    const step = values.length > 1 ? values[1][0] - values[0][0] : 0;
    for (const [time, value] of values) {
      const cell = create('i', bar);
      cell.style.left = place(time);
      cell.style.width = `calc(${place(startSeconds + step)} + 1px)`;
      cell.style.background = colorOf(Number(value), panel.fieldConfig.defaults.thresholds);
    }
  }
};

/** Buckets by time; a cell is the darker the more observations fell into the bucket. */
export const drawHeatmap = (element, { panel, results }, { startSeconds, endSeconds }) => {
  const cumulative = results[0].range
    .map(({ metric, values }) => ({ bound: Number(metric.le.replace('+Inf', 'Infinity')), values: new Map(values) }))
    .sort((a, b) => a.bound - b.bound);
  const times = [...new Set(cumulative.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  const counts = cumulative.map(({ values }, index) =>
    times.map((time) =>
      Math.max(0, Number(values.get(time) ?? 0) - Number(cumulative[index - 1]?.values.get(time) ?? 0)),
    ),
  );
  const most = Math.max(...counts.flat(), Number.EPSILON);
  const canvas = create('canvas', element);
  const [width, height] = [element.clientWidth - 12, element.clientHeight - 34];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  const cellHeight = (height - 18) / cumulative.length;
  context.font = '11px DejaVu Sans';
  for (const [index, { bound }] of cumulative.entries()) {
    const y = height - 18 - (index + 1) * cellHeight;
    context.fillStyle = '#9fa7b3';
    const label = bound === Number.POSITIVE_INFINITY ? '∞' : format(bound, panel.options.yAxis.unit);
    if (index % 2 === 0) context.fillText(label, 4, y + cellHeight - 2);
    for (const [at, time] of times.entries()) {
      const share = counts[index][at] / most;
      if (share === 0) continue;
      const x = 64 + ((time - startSeconds) / (endSeconds - startSeconds)) * (width - 64);
      context.fillStyle =
        named('blue') +
        Math.round(40 + 215 * Math.sqrt(share))
          .toString(16)
          .padStart(2, '0');
      context.fillRect(x, y, (width - 64) / times.length + 0.5, cellHeight - 1);
    }
  }
};
