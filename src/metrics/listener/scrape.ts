import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import type { PageFormat } from '../registry/page.ts';

/** What the listener asks for when it needs the metrics. */
export interface RenderRequest {
  readonly format: PageFormat;
  /** How long the scraper waits; absent when it does not say. */
  readonly scrapeTimeoutSeconds?: number;
}

/** Returns the text of the metrics. If it rejects, the answer is 503 with the message of the error. */
export type RenderMetrics = (request: RenderRequest) => Promise<string>;

/** The share of the scraper's timeout that is kept for sending the answer. */
const NETWORK_SHARE = 0.1;

/** How long Prometheus says that it will wait. Anything but a positive number is ignored. */
export const scrapeTimeoutSeconds = (headers: IncomingHttpHeaders): number | undefined => {
  const seconds = Number(headers['x-prometheus-scrape-timeout-seconds']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
};

const withinMs = async (text: Promise<string>, timeoutMs: number): Promise<string> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `the metrics were not ready within ${timeoutMs / 1_000} s`;
    reject(new WrapperError(message, { errorType: 'timeout', exitCode: EXIT.timeout }));
  }, timeoutMs);
  timer.unref();
  try {
    return await Promise.race([text, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Scrapes that overlap share one rendering. Each one gives up early enough to tell its scraper the reason. It warns
 * when a failure begins, not at every scrape.
 */
export const createScraper = (
  render: RenderMetrics,
  renderTimeoutMs: number,
  onWarning: (message: string) => void,
): RenderMetrics => {
  const running = new Map<PageFormat, Promise<string>>();
  let lastFailure: string | undefined;

  const renderOnce = (request: RenderRequest): Promise<string> =>
    Promise.resolve(request)
      .then(render)
      .finally(() => running.delete(request.format));
  const share = (request: RenderRequest): Promise<string> => {
    const text = running.get(request.format) ?? renderOnce(request);
    running.set(request.format, text);
    return text;
  };

  return async (request) => {
    const { scrapeTimeoutSeconds: seconds = Infinity } = request;
    const timeoutMs = Math.min(seconds * 1_000 * (1 - NETWORK_SHARE), renderTimeoutMs);
    try {
      const text = await withinMs(share(request), timeoutMs);
      lastFailure = undefined;
      return text;
    } catch (error) {
      const failure = messageOf(error);
      if (failure !== lastFailure) onWarning(`a scrape failed: ${failure}`);
      lastFailure = failure;
      throw error;
    }
  };
};
