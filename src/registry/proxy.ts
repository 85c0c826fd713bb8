import { isLoopback } from '../host/loopback.ts';
import type { RegistryEnvironment } from './access.ts';

const isExempt = (host: string, noProxy: string): boolean =>
  noProxy
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .some(
      (name) =>
        name === '*' || name === host || (name !== '' && host.endsWith(name.startsWith('.') ? name : `.${name}`)),
    );

/** Whether Go's HTTP client would go through a proxy to this registry. Source: golang.org/x/net/http/httpproxy. */
export const isProxied = (registry: string, { env }: Pick<RegistryEnvironment, 'env'>): boolean => {
  const proxies = [env.HTTPS_PROXY, env.https_proxy, env.HTTP_PROXY, env.http_proxy];
  if (proxies.every((proxy) => proxy === undefined || proxy === '')) return false;
  const host = registry.replace(/:\d+$/, '').toLowerCase();
  return !isLoopback(host) && !isExempt(host, env.NO_PROXY ?? env.no_proxy ?? '');
};
