import { printable } from '../text/printable.ts';
import type { Transport } from '../tracking/vocabulary.ts';

/** A name of an image in a registry, in normalized form. */
interface DockerName {
  /** `host[:port]` */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Docker's rule: the first component is a host if it cannot be part of a repository path. */
const isHost = (component: string): boolean =>
  /[.:]/.test(component) || component === 'localhost' || component !== component.toLowerCase();

/** Credentials before a host: no registry reference may have them, but users write them. */
const USER_INFO = /^(?:[^@]*@)+(?!sha\d+:|[a-z0-9+._-]+:[0-9a-f]{32,}$)/;

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

/** The parts of an image reference. A part that a transport does not have is absent. */
export interface ImageReference {
  readonly transport: Transport;
  /** Transport as it was written, without the colon; '' for an unknown one. */
  readonly scheme: string;
  /** `host[:port]`; `docker.io` where none was written. */
  readonly registry?: string;
  /** Path within the registry, `library/` included where Docker implies it. */
  readonly repository?: string;
  /** As written; `latest` is not filled in. */
  readonly tag?: string;
  /** `algorithm:hex` */
  readonly digest?: string;
  /** File or directory. */
  readonly path?: string;
}

type Details = Omit<ImageReference, 'transport' | 'scheme'>;

/** `path[:name]`: the two parts after `oci:` and the names of archives; a path has no colon. */
const pathAndTag = (details: string): Details => {
  const colon = details.indexOf(':');
  if (colon < 0) return { path: details };
  const tag = details.slice(colon + 1);
  return { path: details.slice(0, colon), ...(tag !== '' && { tag }) };
};

const dockerArchive = (details: string): Details => {
  const { path = '', tag: name } = pathAndTag(details);
  if (name === undefined || name.startsWith('@')) return { path };
  const { tag } = parseDockerName(name);
  return { path, ...(tag !== undefined && { tag }) };
};

const dockerDaemon = (details: string): Details =>
  /^sha256:[0-9a-f]+$/.test(details) ? { digest: details } : parseDockerName(details);

/** `[store-specifier]name` or an image id. */
const containersStorage = (details: string): Details => {
  const name = details.replace(/^\[[^\]]*\]/, '');
  return /^@?[0-9a-f]{64}$/.test(name) ? { digest: `sha256:${name.replace('@', '')}` } : parseDockerName(name);
};

const PARSERS: Readonly<Record<string, { transport: Transport; parse: (details: string) => Details }>> = {
  docker: { transport: 'docker', parse: (details) => parseDockerName(details.replace(/^\/\//, '')) },
  dir: { transport: 'dir', parse: (path) => ({ path }) },
  oci: { transport: 'oci', parse: pathAndTag },
  'oci-archive': { transport: 'oci_archive', parse: pathAndTag },
  'docker-archive': { transport: 'docker_archive', parse: dockerArchive },
  'docker-daemon': { transport: 'docker_daemon', parse: dockerDaemon },
  'containers-storage': { transport: 'containers_storage', parse: containersStorage },
  ostree: { transport: 'ostree', parse: (details) => ({ path: /@(\/.*)$/.exec(details)?.[1] ?? details }) },
  sif: { transport: 'sif', parse: (path) => ({ path }) },
  tarball: { transport: 'tarball', parse: (details) => ({ path: details.split(':')[0] ?? details }) },
  yaml: { transport: 'yaml', parse: (path) => ({ path }) },
};

/**
 * Splits an image reference; never throws: a reference that skopeo will refuse has the transport `unknown`.
 * `scheme`: for `sync`, whose references are written without one.
 */
export const parseReference = (text: string, scheme?: string): ImageReference => {
  const colon = text.indexOf(':');
  const [written, details] = scheme === undefined ? [text.slice(0, colon), text.slice(colon + 1)] : [scheme, text];
  const known = (scheme !== undefined || colon > 0) && Object.hasOwn(PARSERS, written) ? PARSERS[written] : undefined;
  if (known === undefined) return { transport: 'unknown', scheme: '' };
  return { transport: known.transport, scheme: written, ...known.parse(details) };
};

/**
 * The destination of `sync`, to which names of sources are appended. Unlike an image it may be only a registry
 * (`registry.example:5000`), and then has no repository.
 */
export const parseSyncDestination = (text: string, scheme: string): ImageReference => {
  if (scheme !== 'docker') return parseReference(text, scheme);
  const { registry = '', repository = '' } = parseReference(`${text}/x`, scheme);
  const prefix = repository.replace(/(?:^library)?\/?x$/, '');
  return { transport: 'docker', scheme, registry, ...(prefix !== '' && { repository: prefix }) };
};

const MAX_SHORT_NAME = 64;

/** Replaces the middle of a text by `…` if it is longer than `limit` characters. */
const shortenMiddle = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const head = Math.floor((limit - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (limit - 1 - head))}`;
};

const lastTwoComponents = (path: string): string => path.split('/').filter(Boolean).slice(-2).join('/');

/**
 * The labels `source_short` and `destination_short`: transport, registry and repository, or the last two components of
 * a path. Without tag, digest and credentials, at most 64 characters. '' for an unknown transport.
 */
export const shortName = (reference: ImageReference): string => {
  const { scheme, registry, repository, path } = reference;
  if (scheme === '') return '';
  const place = path === undefined ? [registry, repository].filter(Boolean).join('/') : lastTwoComponents(path);
  return shortenMiddle(printable(`${scheme}:${place}`), MAX_SHORT_NAME);
};

/** The reference as it was written, but without credentials before the host; for people and reports. */
export const redactReference = (text: string): string => {
  const { transport } = parseReference(text);
  if (transport === 'docker')
    return text.replace(/^(docker:(?:\/\/)?)(.*)$/s, (_, scheme, name) => scheme + name.replace(USER_INFO, ''));
  return transport === 'unknown' ? text.replace(/^[^/@\s]+@(?!sha\d+:)/, '') : text;
};
