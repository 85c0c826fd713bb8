import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { silence } from './message.ts';

type Opening = Promise<ClientHttp2Session | undefined>;

const isUsable = (session: ClientHttp2Session): boolean => !session.closed && !session.destroyed;

/**
 * One connection to each server that speaks HTTP/2, for all its requests, so that hundreds of questions cost one TLS
 * handshake. A connection that has ended is replaced for the next request.
 */
export class Http2Connections implements Disposable {
  readonly #tlsOptions: ConnectionOptions;
  readonly #silenceMs: number;
  readonly #openings = new Map<string, Opening>();
  readonly #sessions = new Set<ClientHttp2Session>();

  constructor(tlsOptions: ConnectionOptions, silenceMs: number) {
    this.#tlsOptions = tlsOptions;
    this.#silenceMs = silenceMs;
  }

  /** The connection to a server; absent if it speaks only HTTP/1.1. Rejects when no TLS connection can be made. */
  async sessionTo(url: URL, signal: AbortSignal): Opening {
    const { origin } = url;
    const opening = this.#openings.get(origin) ?? this.#open(url, signal);
    this.#openings.set(origin, opening);
    const forget = () => this.#openings.get(origin) === opening && this.#openings.delete(origin);
    try {
      const session = await opening;
      if (session === undefined || isUsable(session)) return session;
    } catch (error) {
      forget();
      throw error;
    }
    forget();
    return this.sessionTo(url, signal);
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions) session.destroy();
  }

  async #open(url: URL, signal: AbortSignal): Opening {
    const socket = await this.#connect(url, signal);
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy();
      return undefined;
    }
    const session = connectHttp2(url.origin, { createConnection: () => socket });
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => {}); // the requests of this connection fail and report it
    return session;
  }

  async #connect({ hostname, port }: URL, signal: AbortSignal): Promise<TLSSocket> {
    const host = hostname.replace(/^\[|\]$/g, '');
    const name = isIP(host) === 0 ? { servername: host } : {};
    const ALPNProtocols = ['h2', 'http/1.1'];
    const socket = connectTls({ ...this.#tlsOptions, ...name, host, port: Number(port || 443), ALPNProtocols });
    socket.setTimeout(this.#silenceMs, () => socket.destroy(silence(host)));
    try {
      await once(socket, 'secureConnect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket.setTimeout(0);
  }
}
