import type { Clock } from '../context.ts';
import { messageOf } from '../errors/system-error.ts';
import type { RegistryAccess, RegistryContext } from '../registry/access.ts';
import { HttpClient } from '../registry/http/http-client.ts';
import { pingRegistry } from '../registry/ping.ts';
import { Router } from '../registry/route.ts';
import { TrustStore } from '../registry/trust.ts';

/** The answer of a registry that was asked directly. */
export type Visit =
  | {
      readonly kind: 'answered';
      readonly origin: string;
      readonly wantsLogin: boolean;
      /** The registry's clock when it answered, in milliseconds since the epoch, and our clock before and after. */
      readonly dateMs?: number;
      readonly askedMs: number;
      readonly answeredMs: number;
    }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Only skopeo can go there: through a proxy, to a mirror, with a client certificate. */
  | { readonly kind: 'special' };

const PATIENCE_SECONDS = 10;

const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return messageOf(error);
};

/** Asks a registry for `/v2/`, by the route that skopeo would take. */
export const visitRegistry = async (
  registry: string,
  access: RegistryAccess,
  { environment, clock }: { readonly environment: RegistryContext; readonly clock: Clock },
): Promise<Visit> => {
  // Credentials are checked separately; if they were looked up here, only skopeo might be able to take the route.
  const route = await new Router(environment).routeTo({ registry, path: '' }, { ...access, anonymous: true });
  if (route === undefined) return { kind: 'special' };
  const trust = new TrustStore();
  using http = new HttpClient({ ...route, trust, maxConnections: 1, silenceSeconds: PATIENCE_SECONDS });
  const askedMs = clock.wallMs();
  try {
    const { origin, status, headers } = await pingRegistry(
      http,
      route,
      AbortSignal.timeout(2 * PATIENCE_SECONDS * 1000),
    );
    const dateMs = Date.parse(headers.date ?? '');
    return {
      kind: 'answered',
      origin,
      wantsLogin: status === 401,
      ...(Number.isNaN(dateMs) ? {} : { dateMs }),
      askedMs,
      answeredMs: clock.wallMs(),
    };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
};
