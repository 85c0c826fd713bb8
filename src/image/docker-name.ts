/** A name of an image in a registry, in normalized form. */
export interface DockerName {
  /** `host[:port]` */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Docker's rule: the first component is a host if it cannot be part of a repository path. */
const isHost = (component: string): boolean =>
  /[.:]/.test(component) || component === 'localhost' || component !== component.toLowerCase();

/** Credentials before a host, which no registry reference may have but users write anyway. */
export const USER_INFO = /^(?:[^@]*@)+(?!sha\d+:|[a-z0-9+._-]+:[0-9a-f]{32,}$)/;

/**
 * Splits `[host[:port]/]path[:tag][@digest]` by the rules of github.com/distribution/reference: `busybox` is
 * `docker.io/library/busybox`. Credentials are dropped.
 */
export const parseDockerName = (text: string): DockerName => {
  const [name = '', digest] = text.replace(USER_INFO, '').split('@');
  const [, untagged = name, tag] = /^(.*):([^/:]*)$/.exec(name) ?? [];
  const slash = untagged.indexOf('/');
  const first = untagged.slice(0, Math.max(slash, 0));
  const rest = { ...(tag && { tag }), ...(digest && { digest }) };
  if (slash > 0 && isHost(first)) {
    const registry = first === 'index.docker.io' ? 'docker.io' : first;
    const path = untagged.slice(slash + 1);
    const isOfficial = registry === 'docker.io' && !path.includes('/');
    return { registry, repository: isOfficial ? `library/${path}` : path, ...rest };
  }
  return { registry: 'docker.io', repository: slash < 0 ? `library/${untagged}` : untagged, ...rest };
};
