import { isLoopback } from '../host/loopback.ts';
import { DOCKER_HUB, DOCKER_HUB_HOST } from '../image/docker-hub.ts';
import type { Repository } from '../image/docker-reference.ts';
import type { RegistryAccess, RegistryContext } from './access.ts';
import { findCredentials } from './credentials/authfile.ts';
import type { Login } from './credentials/logins.ts';
import { loadRegistriesConf, type RegistriesConf, treatmentOf } from './registries-conf.ts';
import { ownAuthorities } from './trust.ts';

const isExempt = (host: string, noProxy: string): boolean =>
  noProxy
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .some(
      (name) =>
        name === '*' || name === host || (name !== '' && host.endsWith(name.startsWith('.') ? name : `.${name}`)),
    );

/** Whether Go's HTTP client would use a proxy for this registry. Source: golang.org/x/net/http/httpproxy. */
export const isProxied = (registry: string, { env }: Pick<RegistryContext, 'env'>): boolean => {
  const proxies = [env.HTTPS_PROXY, env.https_proxy, env.HTTP_PROXY, env.http_proxy];
  if (proxies.every((proxy) => proxy === undefined || proxy === '')) return false;
  const host = registry.replace(/:\d+$/, '').toLowerCase();
  return !isLoopback(host) && !isExempt(host, env.NO_PROXY ?? env.no_proxy ?? '');
};

/** How to reach a registry directly, as skopeo would. */
export interface Route {
  readonly registry: string;
  /** Host and port to connect to. */
  readonly host: string;
  /** Certificates are not checked, and plain HTTP is used where there is no HTTPS. */
  readonly insecure: boolean;
  /** Certificates of authorities to trust in addition to the system's. */
  readonly authorities: readonly string[];
  readonly credentials?: Login;
}

const credentialsFor = async (
  { registry, path }: Repository,
  access: RegistryAccess,
  environment: RegistryContext,
  conf: RegistriesConf,
): Promise<Login | 'none' | 'helper'> => {
  if (access.anonymous === true) return 'none';
  if (access.credentials !== undefined) return access.credentials;
  if (conf.credentialHelpers.some((helper) => helper !== 'containers-auth.json')) return 'helper';
  return findCredentials(registry, path, { ...environment, given: access.authFile });
};

/** Finds direct routes; reads configuration files once. */
export class Router {
  readonly #environment: RegistryContext;
  #conf: Promise<RegistriesConf> | undefined;

  constructor(environment: RegistryContext) {
    this.#environment = environment;
  }

  /**
   * The direct route to a repository. Absent if it is not clear that skopeo would do the same: mirrors, blocked or
   * rewritten registries, credential helpers, client certificates, proxies.
   */
  async routeTo(repository: Repository, access: RegistryAccess): Promise<Route | undefined> {
    this.#conf ??= loadRegistriesConf(this.#environment);
    const conf = await this.#conf;
    const { registry, path } = repository;
    const treatment = treatmentOf(conf, registry, path);
    if (treatment === 'special' || isProxied(registry, this.#environment)) return undefined;
    const credentials = await credentialsFor(repository, access, this.#environment, conf);
    const authorities = await ownAuthorities(registry, this.#environment, access.certDirectory);
    if (credentials === 'helper' || authorities === 'special') return undefined;
    if (credentials !== 'none') this.#environment.redactor.learnLogin(credentials);
    return {
      registry,
      host: registry === DOCKER_HUB ? DOCKER_HUB_HOST : registry,
      insecure: access.tlsVerify === undefined ? treatment === 'insecure' : !access.tlsVerify,
      authorities,
      ...(credentials === 'none' ? {} : { credentials }),
    };
  }
}
