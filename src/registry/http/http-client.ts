import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { ClientHttp2Session, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { after } from '../../host/timers.ts';
import type { TrustStore } from '../trust.ts';
import { Http2Connections } from './http2-connections.ts';
import { AnswerError, type HttpAnswer, type HttpRequest, readBody, silence } from './message.ts';

/** Sends one request by HTTP/1.1. Rejects on network errors, silence, a body that is too large, or abort. */
const sendHttp1 = async (asked: HttpRequest, agent: HttpAgent | HttpsAgent, silenceMs: number): Promise<HttpAnswer> => {
  const { method, url, headers, signal } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(url, { method, headers, signal, agent }, resolve);
  request.setTimeout(silenceMs, () => request.destroy(silence(url.host)));
  request.once('error', reject);
  request.end();
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await readBody(response, asked) };
};

type Head = IncomingHttpHeaders & IncomingHttpStatusHeader;

/**
 * Sends one request over an HTTP/2 connection. Rejects on network errors, silence, a body that is too large, or abort.
 * After a silence the connection gets no further requests.
 */
const sendHttp2 = async (asked: HttpRequest, session: ClientHttp2Session, silenceMs: number): Promise<HttpAnswer> => {
  const { method, url, headers, signal } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  const path = `${url.pathname}${url.search}`;
  const stream = session.request({ ':method': method, ':path': path, ...headers }, { signal, endStream: true });
  stream.setTimeout(silenceMs, () => {
    stream.destroy(silence(url.host));
    session.close();
  });
  const onClose = () => reject(new Error(`${url.host} ended the connection`));
  stream.once('response', resolve).once('error', reject).once('close', onClose);
  const head = await promise;
  stream.off('close', onClose); // creating an error for every answer would cost more than the answer
  const body = method === 'HEAD' ? Buffer.alloc(0) : await readBody(stream, asked);
  return { status: head[':status'] ?? 0, headers: head, body };
};

/** Silence for this long counts as no answer; then skopeo is asked. */
const SILENCE_SECONDS = 30;

/** A whole answer takes no longer, however often a byte of it arrives. */
const ANSWER_SECONDS = 120;

interface HttpOptions {
  readonly authorities: readonly string[];
  readonly insecure: boolean;
  /** By HTTP/1.1. */
  readonly maxConnections: number;
  readonly trust: TrustStore;
  /** Silence that counts as no answer, if shorter than 30 s; 0: 30 s. */
  readonly silenceSeconds?: number | undefined;
  /** What a whole answer may take; 120 s unless told otherwise. */
  readonly answerSeconds?: number | undefined;
}

/** The connections that trust the same certificate authorities. */
interface SecureConnections {
  readonly https: HttpsAgent;
  readonly http2: Http2Connections;
}

/** Sends requests to one registry and its token service, over connections that are kept: HTTP/2 where it is offered. */
export class HttpClient implements Disposable {
  readonly #options: HttpOptions;
  readonly #http: HttpAgent;
  readonly #silenceMs: number;
  #secure: SecureConnections;
  #trustsSystem: boolean;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#silenceMs = Math.min(SILENCE_SECONDS, options.silenceSeconds || SILENCE_SECONDS) * 1000;
    this.#trustsSystem = options.authorities.length === 0;
    this.#http = new HttpAgent(this.#agentOptions());
    this.#secure = this.#secureConnections();
  }

  /**
   * A registry with its own certificate authorities is tried with these only; if that fails, the client trusts the
   * system's, too, from then on. Happens once.
   */
  widenTrust(): boolean {
    if (this.#trustsSystem || this.#options.insecure) return false;
    this.#trustsSystem = true;
    this.#disposeSecure();
    this.#secure = this.#secureConnections();
    return true;
  }

  /**
   * Sends one request; does not follow redirects. Rejects on network errors, silence, a body that is too large, or
   * abort.
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { answerSeconds = ANSWER_SECONDS } = this.#options;
    const late = new AbortController();
    using _ = after(answerSeconds * 1000, () => late.abort());
    try {
      return await this.#sendUnlimited({ ...request, signal: AbortSignal.any([request.signal, late.signal]) });
    } catch (error) {
      if (!late.signal.aborted || request.signal.aborted) throw error;
      throw new AnswerError(`answer of ${request.url.host} did not end within ${answerSeconds} s`);
    }
  }

  async #sendUnlimited(request: HttpRequest): Promise<HttpAnswer> {
    if (request.url.protocol === 'http:') return sendHttp1(request, this.#http, this.#silenceMs);
    const { https, http2 } = this.#secure;
    const session = await http2.sessionTo(request.url, request.signal);
    if (session === undefined) return sendHttp1(request, https, this.#silenceMs);
    return this.#sendHttp2(session, request);
  }

  [Symbol.dispose](): void {
    this.#http.destroy();
    this.#disposeSecure();
  }

  /**
   * Servers end a connection after some time or some number of requests, even if requests are in progress: these are
   * sent once more.
   */
  async #sendHttp2(session: ClientHttp2Session, request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await sendHttp2(request, session, this.#silenceMs);
    } catch (error) {
      if (request.signal.aborted || error instanceof AnswerError) throw error;
      const next = await this.#secure.http2.sessionTo(request.url, request.signal);
      if (next === undefined) throw error;
      return sendHttp2(request, next, this.#silenceMs);
    }
  }

  #agentOptions() {
    return { keepAlive: true, maxSockets: this.#options.maxConnections, timeout: this.#silenceMs };
  }

  #secureConnections(): SecureConnections {
    const { insecure, authorities, trust } = this.#options;
    const trusted: ConnectionOptions = insecure
      ? { rejectUnauthorized: false }
      : { secureContext: trust.contextFor(authorities, this.#trustsSystem) };
    return {
      https: new HttpsAgent({ ...this.#agentOptions(), ...trusted }),
      http2: new Http2Connections(trusted, this.#silenceMs),
    };
  }

  #disposeSecure(): void {
    this.#secure.https.destroy();
    this.#secure.http2[Symbol.dispose]();
  }
}
