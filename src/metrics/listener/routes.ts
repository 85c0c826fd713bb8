import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { defined } from '../../defined.ts';
import { messageOf } from '../../errors/system-error.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import { CONTENT_TYPES } from '../registry/page.ts';
import { type Answer, textAnswer } from './answer.ts';
import { acceptsGzip, chooseFormat } from './negotiation.ts';
import { type RenderMetrics, scrapeTimeoutSeconds } from './scrape.ts';

/** The kind of a path; the label `handler` of `skopeo_wrapper_http_requests_total`. */
export type HttpHandler = 'metrics' | 'landing' | 'health' | 'other';

/** The handler of a path. */
export interface Endpoint {
  readonly handler: HttpHandler;
  answer(headers: IncomingHttpHeaders): Promise<Answer> | Answer;
}

const HEALTH_PATHS = ['/-/healthy', '/-/ready', '/healthz'];

/** Characters of a path (RFC 3986) that need no decoding. */
const PLAIN_PATH = /^\/[\w.~!$&'()*+,;=:@/-]*$/;

/** Checks `--web.telemetry-path`. Throws a usage error. */
export const checkTelemetryPath = (path: string): void => {
  if (HEALTH_PATHS.includes(path)) throw usageError(`the telemetry path ${path} is taken by the health check`);
  if (PLAIN_PATH.test(path)) return;
  throw usageError(`invalid telemetry path ${JSON.stringify(path)}`, 'It begins with a slash, e.g. /metrics.');
};

/** The metrics, in the format and encoding that the scraper asked for; 503 with the reason if there are none. */
const metricsRoute = (options: { scrape: RenderMetrics; enableOpenMetrics: boolean }): Endpoint => ({
  handler: 'metrics',
  async answer(headers) {
    const format = options.enableOpenMetrics ? chooseFormat(headers.accept) : 'text';
    const seconds = scrapeTimeoutSeconds(headers);
    try {
      const body = await options.scrape({
        format,
        ...defined({ scrapeTimeoutSeconds: seconds }),
      });
      const Vary = options.enableOpenMetrics ? 'Accept, Accept-Encoding' : 'Accept-Encoding';
      const answer: Answer = { status: 200, body, headers: { 'Content-Type': CONTENT_TYPES[format], Vary } };
      return await compressAnswer(answer, headers['accept-encoding']);
    } catch (error) {
      return textAnswer(503, `Metrics are unavailable: ${messageOf(error)}`);
    }
  },
});

/** All paths that are answered. */
export const createRoutes = (
  options: Parameters<typeof metricsRoute>[0] & { telemetryPath: string; version: string },
): ReadonlyMap<string, Endpoint> =>
  new Map<string, Endpoint>([
    ['/', { handler: 'landing', answer: () => landingPage(options) }],
    ...HEALTH_PATHS.map((path): [string, Endpoint] => [
      path,
      { handler: 'health', answer: () => textAnswer(200, 'skopeo-wrapper is healthy.') },
    ]),
    [options.telemetryPath, metricsRoute(options)],
  ]);

const gzipAsync = promisify(gzip);

/** Compresses an answer for a client that accepts gzip, the only encoding that Prometheus asks for. */
const compressAnswer = async (answer: Answer, acceptEncoding: string | undefined): Promise<Answer> => {
  if (!acceptsGzip(acceptEncoding)) return answer;
  return { ...answer, body: await gzipAsync(answer.body), headers: { ...answer.headers, 'Content-Encoding': 'gzip' } };
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page for somebody who opens the address in a browser: what this is, and where the metrics are. */
const landingPage = ({ version, telemetryPath }: { version: string; telemetryPath: string }): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'" },
  body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>skopeo-wrapper</title></head>
<body>
<h1>skopeo-wrapper</h1>
<p>Version ${escapeHtml(version)}</p>
<ul>
<li><a href="${escapeHtml(telemetryPath)}">Metrics</a></li>
<li><a href="/-/healthy">Health</a></li>
</ul>
</body>
</html>
`,
});
