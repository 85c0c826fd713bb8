import type { Transport } from '../tracking/vocabulary.ts';
import { parseDockerName } from './docker-name.ts';

/** An image reference taken apart. What a transport does not have is absent. */
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

/** `path[:name]`: both halves of what stands behind `oci:` and the archives; a path has no colon. */
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
 * Takes an image reference apart; never throws: what skopeo will refuse has the transport `unknown`.
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
 * The destination of `sync`, to which source names are appended: unlike an image it may be a registry alone
 * (`registry.example:5000`), and has then no repository.
 */
export const parseSyncDestination = (text: string, scheme: string): ImageReference => {
  if (scheme !== 'docker') return parseReference(text, scheme);
  const { registry = '', repository = '' } = parseReference(`${text}/x`, scheme);
  const prefix = repository.replace(/(?:^library)?\/?x$/, '');
  return { transport: 'docker', scheme, registry, ...(prefix !== '' && { repository: prefix }) };
};
