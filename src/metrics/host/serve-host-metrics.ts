import { once } from 'node:events';
import { type ListenerOptions, type MetricsListener, startListener } from '../listener/listener.ts';
import { openTextfile, type Textfile } from '../textfile/textfile.ts';
import { resolveTextfilePath } from '../textfile/textfile-path.ts';
import { type HostPagesOptions, openServedHostPages } from './host-pages.ts';

const TEXTFILE_INTERVAL_MS = 15_000;

export interface ServeOptions extends HostPagesOptions, Omit<ListenerOptions, 'render' | 'onAnswer'> {
  /** Also keep this textfile fresh: a directory, or a `.prom` file. */
  readonly textfile: string | undefined;
  /** Ends the service. */
  readonly signal: AbortSignal;
  /** Called once, when it accepts connections. */
  readonly onListening: (listener: MetricsListener) => void;
}

/**
 * Serves the metrics of all runs of this host until `signal` is aborted. Throws a `WrapperError` for an address, a web
 * configuration or a textfile that cannot be used.
 */
export const serveHostMetrics = async (options: ServeOptions): Promise<void> => {
  const { signal, clock, onWarning } = options;
  const pages = openServedHostPages(options);
  const path = options.textfile === undefined ? undefined : await resolveTextfilePath(options.textfile);
  const listener = await startListener({
    ...options,
    render: ({ format }) => pages.listener(format),
    onAnswer: pages.onAnswer,
  });
  const stopTextfile = path === undefined ? undefined : refresh(openTextfile(path, clock), pages.textfile, onWarning);
  try {
    options.onListening(listener);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    stopTextfile?.();
    await listener.close();
  }
};

/** Writes the textfile now and then; a failure is said when it begins. */
const refresh = (
  textfile: Textfile,
  render: () => Promise<string>,
  onWarning: (message: string) => void,
): (() => void) => {
  let failing = false;
  const write = async (): Promise<void> => {
    try {
      await textfile.write(render);
      failing = false;
    } catch (error) {
      if (!failing) onWarning(error instanceof Error ? error.message : String(error));
      failing = true;
    }
  };
  void write();
  const timer = setInterval(write, TEXTFILE_INTERVAL_MS);
  return () => clearInterval(timer);
};
