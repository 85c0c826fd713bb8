import uPlot from 'uplot';
import { named, PALETTE } from './colors.js';
import { format } from './units.js';

const nameOf = (legend, metric) => legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '');

/** Series of all targets on one time axis; gaps are null. */
const align = (results) => {
  const series = results.flatMap(({ legend, range }) =>
    range.map(({ metric, values }) => ({ name: nameOf(legend, metric), values: new Map(values) })),
  );
  const times = [...new Set(series.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  const number = (text) => (text === undefined || text === 'NaN' ? null : Number(text));
  return {
    times,
    names: series.map(({ name }) => name),
    rows: series.map(({ values }) => times.map((time) => number(values.get(time)))),
  };
};

const stack = (rows) =>
  rows.map((_, index) =>
    rows[0].map((__, at) => rows.slice(0, index + 1).reduce((sum, row) => sum + (row[at] ?? 0), 0)),
  );

const thresholdLine = (value) => (plot) => {
  const y = plot.valToPos(value, 'y', true);
  if (y < plot.bbox.top) return;
  plot.ctx.save();
  plot.ctx.strokeStyle = named('red');
  plot.ctx.setLineDash([8, 8]);
  plot.ctx.beginPath();
  plot.ctx.moveTo(plot.bbox.left, y);
  plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  plot.ctx.stroke();
  plot.ctx.restore();
};

const drawLegend = (element, names) => {
  const legend = document.createElement('div');
  legend.className = 'legend';
  element.append(legend);
  for (const [index, name] of names.entries()) {
    const item = document.createElement('span');
    item.textContent = name;
    item.style.setProperty('--color', PALETTE[index % PALETTE.length]);
    legend.append(item);
  }
};

/** A time series panel, drawn with uPlot as Grafana does. */
export const drawGraph = (element, { panel, results }, { startSeconds, endSeconds }) => {
  const { times, names, rows } = align(results);
  const { unit, custom, thresholds, max } = panel.fieldConfig.defaults;
  const stacked = custom?.stacking?.mode === 'normal';
  const dashed = custom?.thresholdsStyle?.mode === 'dashed';
  const shown = stacked && rows.length > 0 ? stack(rows) : rows;
  const order = stacked ? shown.map((_, index) => shown.length - 1 - index) : shown.map((_, index) => index);
  const axis = {
    stroke: '#9fa7b3',
    grid: { stroke: '#24282e', width: 1 },
    ticks: { show: false },
    font: '11px DejaVu Sans',
  };
  drawLegend(element, names);
  const height = element.clientHeight - 32 - element.querySelector('.legend').offsetHeight;
  const plot = new uPlot(
    {
      width: element.clientWidth - 12,
      height,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: () => [startSeconds, endSeconds] },
        y: { range: (_, __, top) => [0, max ?? (top > 0 ? top * 1.1 : 1)] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          values: (_, splits) => splits.map((time) => new Date(time * 1000).toISOString().slice(11, 16)),
        },
        { ...axis, size: 84, values: (_, splits) => splits.map((value) => format(value, unit)) },
      ],
      hooks: { draw: dashed ? [thresholdLine(thresholds.steps.at(-1).value)] : [] },
      series: [
        {},
        ...order.map((index) => {
          const color = PALETTE[index % PALETTE.length];
          return { stroke: color, width: 1.25, fill: stacked ? `${color}99` : `${color}1a` };
        }),
      ],
    },
    [times, ...order.map((index) => shown[index])],
    element,
  );
  element.insertBefore(plot.root, element.querySelector('.legend'));
};
