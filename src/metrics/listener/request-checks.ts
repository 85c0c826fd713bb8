import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import { isLoopback } from '../../host/loopback.ts';
import { type Answer, textAnswer } from './answer.ts';

const HOST = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^:]+))(?::\d+)?$/;

/** The host of a Host header without its port, in lower case; undefined when malformed. */
const hostOf = (header: string): string | undefined => {
  const { ipv6, name } = HOST.exec(header)?.groups ?? {};
  if (ipv6 !== undefined) return isIPv6(ipv6) ? ipv6.toLowerCase() : undefined;
  return name?.toLowerCase().replace(/\.$/, '');
};

/**
 * Refuses a request that was meant for another host (421): a web page whose name was rebound to this address. On
 * loopback only names of this machine are accepted; elsewhere any, unless `allowedHosts` says which.
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

/** Refuses requests that a foreign web page makes a browser send (403). No scraper sends these headers. */
export const checkOrigin = (headers: IncomingHttpHeaders): Answer | undefined => {
  const fromForeignPage = headers.origin !== undefined || headers['sec-fetch-site'] === 'cross-site';
  return fromForeignPage ? textAnswer(403, 'Requests from web pages are refused.') : undefined;
};

/** Refuses everything but GET and HEAD (405). The body of such a request is not waited for. */
export const checkMethod = (method: string | undefined): Answer | undefined => {
  if (method === 'GET' || method === 'HEAD') return undefined;
  return textAnswer(405, 'Only GET and HEAD are answered.', { Allow: 'GET, HEAD', Connection: 'close' });
};
