import * as z from 'zod';
import { defined } from '../defined.ts';
import { isLoopback } from '../host/loopback.ts';
import { parseJson } from '../text/json.ts';
import type { Login } from './credentials/logins.ts';
import type { HttpClient } from './http/http-client.ts';
import { SilenceError } from './http/message.ts';
import { RegistrySilentError } from './outages.ts';
import { pingRegistry } from './ping.ts';
import type { Route } from './route.ts';

/** What a registry requires: a token from another server, a password, nothing, or something that is not known here. */
type Challenge =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service?: string }
  | { readonly scheme: 'unknown' };

const PARAMETER = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

const parameters = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      (quoted ?? plain ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );

/** Reads a `WWW-Authenticate` header. Source: Docker distribution, token authentication specification. */
export const parseChallenge = (header: string | undefined): Challenge => {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return { scheme: 'unknown' };
  const found = parameters(rest);
  const realm = URL.parse(found.get('realm') ?? '');
  if (realm === null || !/^https?:$/.test(realm.protocol)) return { scheme: 'unknown' };
  const service = found.get('service');
  return { scheme: 'bearer', realm, ...defined({ service }) };
};

const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

type Bearer = Challenge & { readonly scheme: 'bearer' };

interface BearerToken {
  readonly header: string;
  readonly expiresMs: number;
}

/** Docker's specification: a token without a stated lifetime is valid for a minute. */
const DEFAULT_TERM_SECONDS = 60;
/** How long before its end a token is renewed. */
const MARGIN_MS = 10_000;

const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;

/** We do not support a part of the registry's authentication; skopeo has to do it. */
class AuthenticationError extends Error {}

/** How to send requests to one registry: scheme, kind of authentication, and one token for each repository. */
export class Authenticator {
  readonly #http: HttpClient;
  readonly #route: Route;
  readonly #monotonicMs: () => number;
  readonly #tokens = new Map<string, Promise<BearerToken>>();
  #registry: Promise<{ origin: string; challenge: Challenge }> | undefined;

  constructor(http: HttpClient, route: Route, monotonicMs: () => number) {
    this.#http = http;
    this.#route = route;
    this.#monotonicMs = monotonicMs;
  }

  /** The scheme and host that answer; asks the registry once. Rejects with RegistrySilentError when nobody answers. */
  async origin(signal: AbortSignal): Promise<string> {
    return (await this.#meet(signal)).origin;
  }

  /** Value of the `Authorization` header for reading a repository; absent if none is needed. */
  async authorization(path: string, signal: AbortSignal): Promise<string | undefined> {
    const { challenge, origin } = await this.#meet(signal);
    const { credentials } = this.#route;
    if (challenge.scheme === 'none') return undefined;
    if (challenge.scheme === 'unknown') throw new AuthenticationError('unknown kind of authentication');
    if (challenge.scheme === 'basic') return credentials === undefined ? undefined : basic(credentials);
    const isSafe = challenge.realm.protocol === 'https:' || origin.startsWith('http:') || this.#route.insecure;
    if (!isSafe && !isLoopback(challenge.realm.hostname)) throw new AuthenticationError('tokens over plain HTTP');
    return (await this.#token(path, challenge, signal)).header;
  }

  /** Forgets a token that the registry refused. */
  forget(path: string): void {
    this.#tokens.delete(path);
  }

  #meet(signal: AbortSignal): Promise<{ origin: string; challenge: Challenge }> {
    this.#registry ??= this.#ping(signal).catch((error: unknown) => {
      this.#registry = undefined;
      throw error instanceof SilenceError ? new RegistrySilentError(this.#route.registry) : error;
    });
    return this.#registry;
  }

  async #ping(signal: AbortSignal): Promise<{ origin: string; challenge: Challenge }> {
    const { origin, status, headers } = await pingRegistry(this.#http, this.#route, signal);
    return { origin, challenge: status === 401 ? parseChallenge(headers['www-authenticate']) : { scheme: 'none' } };
  }

  async #token(path: string, challenge: Bearer, signal: AbortSignal): Promise<BearerToken> {
    const cached = this.#tokens.get(path);
    if (cached === undefined) return this.#renew(path, challenge, signal);
    const token = await cached;
    if (token.expiresMs > this.#monotonicMs()) return token;
    if (this.#tokens.get(path) === cached) this.#tokens.delete(path);
    return this.#token(path, challenge, signal);
  }

  /** Asks once for all callers that wait; a failure is not kept. */
  #renew(path: string, challenge: Bearer, signal: AbortSignal): Promise<BearerToken> {
    const fresh = this.#fetchToken(path, challenge, signal);
    this.#tokens.set(path, fresh);
    fresh.catch(() => this.#tokens.delete(path));
    return fresh;
  }

  async #fetchToken(path: string, challenge: Bearer, signal: AbortSignal): Promise<BearerToken> {
    const url = new URL(challenge.realm);
    url.searchParams.set('scope', `repository:${path}:pull`);
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    const { credentials } = this.#route;
    const headers: Record<string, string> = credentials === undefined ? {} : { authorization: basic(credentials) };
    const { status, body } = await this.#http.send({ method: 'GET', url, headers, signal });
    if (status !== 200) throw new AuthenticationError(`token service answers ${status}`);
    const { token, access_token: accessToken, expires_in: term } = parseJson(body, tokenSchema) ?? {};
    const value = token ?? accessToken;
    if (value === undefined || value === '') throw new AuthenticationError('token service gives no token');
    const lifetimeMs = Math.max(0, (term ?? DEFAULT_TERM_SECONDS) * 1000 - MARGIN_MS);
    return { header: `Bearer ${value}`, expiresMs: this.#monotonicMs() + lifetimeMs };
  }
}
