import type { HttpClient } from './http/http-client.ts';
import { type HttpAnswer, SilenceError } from './http/message.ts';
import type { Route } from './route.ts';
import { isUntrusted } from './trust.ts';

/** The answer of a registry at `/v2/`. */
interface PingAnswer {
  /** The scheme and host that answered. */
  readonly origin: string;
  /** 401: it requires authentication. */
  readonly status: 200 | 401;
  readonly headers: HttpAnswer['headers'];
}

const pingAt = async (http: HttpClient, origin: string, signal: AbortSignal): Promise<PingAnswer> => {
  const { status, headers } = await http.send({ method: 'GET', url: new URL('/v2/', origin), headers: {}, signal });
  if (status === 200 || status === 401) return { origin, status, headers };
  throw new Error(`/v2/ answers ${status}`);
};

/**
 * Asks whether a host is a registry, as skopeo does: by HTTPS, and by HTTP if the route is insecure and the host does
 * not speak HTTPS. Rejects on network errors, silence (SilenceError) and any answer other than 200 or 401.
 */
export const pingRegistry = async (
  http: HttpClient,
  { host, insecure }: Pick<Route, 'host' | 'insecure'>,
  signal: AbortSignal,
): Promise<PingAnswer> => {
  const origin = `https://${host}`;
  try {
    return await pingAt(http, origin, signal);
  } catch (error) {
    if (isUntrusted(error) && http.widenTrust()) return pingAt(http, origin, signal);
    if (signal.aborted || !insecure || error instanceof SilenceError) throw error;
    return pingAt(http, `http://${host}`, signal);
  }
};
