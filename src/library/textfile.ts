import { resolve } from 'node:path';
import { processContext } from '../context.ts';
import { FINAL_WAIT_MS, resolveTextfilePath, textfileAt } from '../metrics/textfile/textfile.ts';
import { type MetricsSource, openMetricsPages } from './metrics-pages.ts';

export type TextfileOptions = MetricsSource & {
  /** A directory of node_exporter's textfile collector, or a file in it that ends in `.prom`. */
  readonly path: string;
};

/** A textfile for node_exporter that can be written repeatedly. */
export interface MetricsTextfile {
  /** The file itself. */
  readonly path: string;
  /**
   * Replaces the file in one step. Waits at most two seconds for other processes that write it; `busy`: one of them is
   * still writing. Rejects with a `WrapperError` if the file cannot be written; the old file then stays.
   */
  write(): Promise<'written' | 'busy'>;
}

/** Opens a textfile; touches nothing before the first write. Rejects with a usage error for an invalid path. */
export const openTextfile = async (options: TextfileOptions): Promise<MetricsTextfile> => {
  const context = processContext();
  const { textfile: render } = await openMetricsPages(options, context);
  const file = textfileAt(await resolveTextfilePath(resolve(context.cwd, options.path)), context.clock);
  return { path: file.path, write: () => file.write(render, { waitMs: FINAL_WAIT_MS }) };
};

/** Writes a textfile once; see {@link openTextfile}. Resolves to the path of the file. */
export const writeTextfile = async (options: TextfileOptions): Promise<string> => {
  const textfile = await openTextfile(options);
  await textfile.write();
  return textfile.path;
};
