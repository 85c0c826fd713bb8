import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { messageOf } from '../../errors/system-error.ts';
import { isLoopback } from '../../host/loopback.ts';
import { type Answer, sendAnswer, textAnswer } from './answer.ts';
import type { Endpoint, HttpHandler } from './routes.ts';
import type { AnswerRequest } from './server.ts';
import type { CheckBasicAuth } from './web-config/basic-auth.ts';
import type { ReloadingWebConfig } from './web-config/reloading.ts';

/** What is needed to answer requests; the same for all listening addresses. */
interface RequestContext {
  readonly routes: ReadonlyMap<string, Endpoint>;
  readonly allowedHosts: readonly string[];
  readonly webConfig: ReloadingWebConfig;
  readonly checkBasicAuth: CheckBasicAuth;
  /** Called before each answer is sent. */
  readonly onAnswer: (handler: HttpHandler, status: number) => void;
  readonly isClosing: () => boolean;
  readonly onWarning: (message: string) => void;
}

/** Checks a request, the cheapest check first, then calls the handler of its path. */
const answerRequest = async (
  request: IncomingMessage,
  route: Endpoint | undefined,
  boundToLoopback: boolean,
  context: RequestContext,
): Promise<Answer> => {
  const { headers, method } = request;
  const { allowedHosts, webConfig, checkBasicAuth } = context;
  const refusal =
    checkHost(headers.host, { boundToLoopback, allowedHosts }) ??
    checkOrigin(headers) ??
    (await checkBasicAuth(webConfig.current().users, headers.authorization));
  if (refusal !== undefined) return refusal;
  if (route === undefined) return textAnswer(404, 'Not found.');
  return checkMethod(method) ?? (await route.answer(headers));
};

/**
 * Makes the function that answers the requests of all addresses. It never throws; a bug becomes status 500 and a
 * warning.
 */
export const createRequestHandler =
  (context: RequestContext): AnswerRequest =>
  async (request, response, onLoopback) => {
    const [path = ''] = (request.url ?? '').split('?');
    const route = context.routes.get(path);
    try {
      const answer = await answerRequest(request, route, onLoopback, context);
      const closing = context.isClosing() ? { Connection: 'close' } : {};
      context.onAnswer(route?.handler ?? 'other', answer.status);
      sendAnswer(response, answer, { ...context.webConfig.current().headers, ...closing });
    } catch (error) {
      context.onWarning(`a request could not be answered: ${messageOf(error)}`);
      context.onAnswer(route?.handler ?? 'other', 500);
      if (!response.headersSent) sendAnswer(response, textAnswer(500, 'Internal error.'), {});
      else response.destroy();
    }
  };

const HOST = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^:]+))(?::\d+)?$/;

/** The host of a Host header without its port, in lower case; undefined if the header is malformed. */
const hostOf = (header: string): string | undefined => {
  const { ipv6, name } = HOST.exec(header)?.groups ?? {};
  if (ipv6 !== undefined) return isIPv6(ipv6) ? ipv6.toLowerCase() : undefined;
  return name?.toLowerCase().replace(/\.$/, '');
};

/**
 * Refuses a request that is meant for another host (421): a web page may have rebound its name to this address. On
 * loopback only names of this machine are accepted; elsewhere any name, unless `allowedHosts` is given.
 */
export const checkHost = (
  header: string | undefined,
  { boundToLoopback, allowedHosts }: { boundToLoopback: boolean; allowedHosts: readonly string[] },
): Answer | undefined => {
  if (!boundToLoopback && allowedHosts.length === 0) return undefined;
  const host = hostOf(header ?? '');
  if (host !== undefined && (isLoopback(host) || allowedHosts.some((allowed) => allowed.toLowerCase() === host))) {
    return undefined;
  }
  return textAnswer(421, 'This host name is not served here; see --web.allowed-host.');
};

/** Refuses requests that a web page of another site makes a browser send (403). No scraper sends these headers. */
export const checkOrigin = (headers: IncomingHttpHeaders): Answer | undefined => {
  const fromForeignPage = headers.origin !== undefined || headers['sec-fetch-site'] === 'cross-site';
  return fromForeignPage ? textAnswer(403, 'Requests from web pages are refused.') : undefined;
};

/** Refuses all methods except GET and HEAD (405), without waiting for the body of the request. */
export const checkMethod = (method: string | undefined): Answer | undefined => {
  if (method === 'GET' || method === 'HEAD') return undefined;
  return textAnswer(405, 'Only GET and HEAD are answered.', { Allow: 'GET, HEAD', Connection: 'close' });
};
