import { drawGraph } from './graph.js';
import { drawHeatmap, drawStat, drawTable, drawTimeline } from './grids.js';

const DRAW = {
  stat: drawStat,
  table: drawTable,
  timeseries: drawGraph,
  heatmap: drawHeatmap,
  'state-timeline': drawTimeline,
};

const COLUMN_PIXELS = 1600 / 24;
const ROW_PIXELS = 30;

const place = (element, { x, y, w, h }) => {
  element.style.left = `${x * COLUMN_PIXELS}px`;
  element.style.top = `${y * ROW_PIXELS}px`;
  element.style.width = `${w * COLUMN_PIXELS - 8}px`;
  element.style.height = `${h * ROW_PIXELS - 8}px`;
};

const { rows, panels, range } = JSON.parse(document.querySelector('#data').textContent);
const board = document.querySelector('main');
for (const { title, gridPos } of rows) {
  const heading = document.createElement('h2');
  heading.textContent = title;
  place(heading, { ...gridPos, x: 0, w: 24, h: 1 });
  board.append(heading);
}
for (const data of panels) {
  const element = document.createElement('section');
  const heading = document.createElement('h3');
  heading.textContent = data.panel.title;
  element.append(heading);
  place(element, data.panel.gridPos);
  board.append(element);
  DRAW[data.panel.type](element, data, range);
}
