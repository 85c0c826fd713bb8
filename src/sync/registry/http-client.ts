import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TrustStore } from './trust-store.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** No manifest and no page of tags is larger; a longer answer is none. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Silence for so long is no answer; skopeo is asked then. */
const SILENCE_SECONDS = 30;

export interface HttpOptions {
  readonly authorities: readonly string[];
  readonly insecure: boolean;
  readonly maxConnections: number;
  readonly trust: TrustStore;
  /** Silence that is no answer, if less than 30 s; 0: 30 s. */
  readonly silenceSeconds?: number | undefined;
}

/** Requests to one registry and its token service, over connections that are kept. */
export class HttpClient implements Disposable {
  readonly #options: HttpOptions;
  readonly #http: HttpAgent;
  readonly #silenceMs: number;
  #https: HttpsAgent;
  #trustsSystem: boolean;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#silenceMs = Math.min(SILENCE_SECONDS, options.silenceSeconds || SILENCE_SECONDS) * 1000;
    this.#trustsSystem = options.authorities.length === 0;
    this.#http = new HttpAgent(this.#agentOptions());
    this.#https = this.#secureAgent();
  }

  /** A registry with authorities of its own is tried with these alone; trusts the system's too from now on, once. */
  widenTrust(): boolean {
    if (this.#trustsSystem || this.#options.insecure) return false;
    this.#trustsSystem = true;
    this.#https.destroy();
    this.#https = this.#secureAgent();
    return true;
  }

  /** Sends one request; redirects are not followed. Rejects on network errors, silence, a body too large, abort. */
  send({ method, url, headers, signal }: HttpRequest): Promise<HttpAnswer> {
    const isHttps = url.protocol === 'https:';
    const options = { method, headers, signal, agent: isHttps ? this.#https : this.#http };
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const request = (isHttps ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BODY_BYTES) response.destroy(new Error(`answer of ${url.host} is larger than 8 MiB`));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.setTimeout(this.#silenceMs, () => request.destroy(new Error(`no answer from ${url.host}`)));
    request.once('error', reject);
    request.end();
    return promise;
  }

  [Symbol.dispose](): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #agentOptions() {
    return { keepAlive: true, maxSockets: this.#options.maxConnections, timeout: this.#silenceMs };
  }

  #secureAgent(): HttpsAgent {
    const { insecure, authorities, trust } = this.#options;
    if (insecure) return new HttpsAgent({ ...this.#agentOptions(), rejectUnauthorized: false });
    const secureContext = trust.contextFor(authorities, this.#trustsSystem);
    return new HttpsAgent({ ...this.#agentOptions(), secureContext });
  }
}
