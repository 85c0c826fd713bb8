import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import type { DashboardFile } from '../read.ts';
import type { PanelData } from './collect.ts';

/** What is on the picture. */
export interface Picture {
  readonly title: string;
  /** Says where the data come from and that this is no screenshot of Grafana. */
  readonly caption: string;
  readonly rows: DashboardFile['panels'];
  readonly panels: readonly PanelData[];
  readonly range: { readonly startSeconds: number; readonly endSeconds: number };
}

const ROW_PIXELS = 30;
const FRAME_PIXELS = 66;

const script = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.js')],
    bundle: true,
    format: 'iife',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
};

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const page = async ({ title, caption, ...data }: Picture): Promise<string> => {
  const plotStyle = await readFile(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8');
  const style = await readFile(join(import.meta.dirname, 'style.css'), 'utf8');
  return `<!doctype html><meta charset="utf-8"><style>${plotStyle}${style}</style>
<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(caption)}</p></header><main></main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${await script()}</script>`;
};

/** Draws the picture in a headless Chromium and writes it as PNG. */
export const render = async (picture: Picture, file: string): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'dashboard-picture-'));
  try {
    const html = join(directory, 'page.html');
    await writeFile(html, await page(picture));
    const bottom = Math.max(...picture.panels.map(({ panel }) => panel.gridPos.y + panel.gridPos.h));
    await execa('chromium', [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--user-data-dir=${join(directory, 'profile')}`,
      `--window-size=1632,${bottom * ROW_PIXELS + FRAME_PIXELS}`,
      '--virtual-time-budget=5000',
      `--screenshot=${file}`,
      pathToFileURL(html).href,
    ]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
