import type { WriterInfo } from '../exposition/view-families.ts';
import type { RenderMetrics } from '../listener/scrape.ts';
import type { HostMetrics } from './host-metrics.ts';
import { openProcessMetrics } from './process-metrics.ts';

/** What a listener answers for all runs of this host, its own requests and process included. */
export const hostPage = (metrics: HostMetrics, info: Pick<WriterInfo, 'buildInfo' | 'binaryInfo'>): RenderMetrics => {
  const processFamilies = openProcessMetrics();
  return async ({ format, httpRequests }) => {
    const requests = httpRequests.map(({ handler, code, count }) => ({ handler, code: String(code), count }));
    const own = { httpRequests: requests, processFamilies: await processFamilies() };
    const text = metrics.render({ ...info, ...own }, 'listener', format);
    metrics.foldIfDue();
    return text;
  };
};
