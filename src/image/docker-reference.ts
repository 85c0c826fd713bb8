import { defined } from '../defined.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { parseDockerName, parseReference } from './reference.ts';
import { registryKey } from './registry-key.ts';

/** A repository of a registry, names normalized as skopeo does (`nginx` is `docker.io/library/nginx`). */
export interface Repository {
  readonly registry: string;
  readonly path: string;
}

/** An image reference `transport:details`, split as far as `sync` needs. */
export type ImageLocation =
  | ({ readonly transport: 'docker'; readonly tag?: string; readonly digest?: string } & Repository)
  | { readonly transport: LocalTransport; readonly path: string; readonly name?: string };

const LOCAL_TRANSPORTS = ['dir', 'oci', 'oci-archive', 'docker-archive'] as const;
export type LocalTransport = (typeof LOCAL_TRANSPORTS)[number];
export type ArchiveTransport = Extract<LocalTransport, `${string}-archive`>;

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY_NAME = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;
const MAX_PORT = 65_535;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}$/;

export const isTag = (text: string): boolean => TAG.test(text);
export const isDigest = (text: string): boolean => DIGEST.test(text);
export const isRegistry = (text: string): boolean =>
  REGISTRY_NAME.test(text) && Number(/:(\d+)$/.exec(text)?.[1] ?? 0) <= MAX_PORT;

const isLocalTransport = (text: string): text is LocalTransport =>
  (LOCAL_TRANSPORTS as readonly string[]).includes(text);

/**
 * Reads `[docker://][registry/]path[:tag][@digest]`.
 * @throws WrapperError `usage` when it is not a reference of an image or repository.
 */
export const parseDockerReference = (
  text: string,
): Repository & { readonly tag?: string; readonly digest?: string } => {
  const { registry, repository: path, tag, digest } = parseDockerName(text.replace(/^docker:\/\//, ''));
  const valid =
    isRegistry(registry) &&
    PATH.test(path) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!valid) throw usageError(`"${text}" is not a valid image reference`, 'Write registry/path:tag, in lower case.');
  return { registry, path, ...defined({ tag, digest }) };
};

/** Reads a destination or source with its transport; without one it is `docker://`. */
export const parseLocation = (text: string): ImageLocation => {
  const { scheme, path = '', tag: name } = parseReference(text);
  if (!isLocalTransport(scheme)) return { transport: 'docker', ...parseDockerReference(text) };
  return { transport: scheme, path, ...defined({ name }) };
};

const TRANSPORT = new RegExp(`^(?:docker://|(?:${LOCAL_TRANSPORTS.join('|')}):)`);

/** A registry needs no transport where the program itself reads references. */
export const withTransport = (reference: string): string =>
  TRANSPORT.test(reference) ? reference : `docker://${reference}`;

/** Whether an image lies on this machine, and in no registry. */
export const isLocal = (reference: string): boolean => parseLocation(reference).transport !== 'docker';

/** The registry whose limits apply to a reference, in its normal form; absent for files. */
export const registryOf = (reference: string): string | undefined => {
  const location = parseLocation(reference);
  return location.transport === 'docker' ? registryKey(location.registry) : undefined;
};

/** One key for all spellings of a repository. */
export const repositoryKey = ({ registry, path }: Repository): string => `${registryKey(registry)}/${path}`;

/** One key for all spellings of an image at a registry. */
export const referenceKey = (reference: string): string => {
  const { registry, ...location } = parseDockerReference(reference);
  return dockerReference({ ...location, registry: registryKey(registry) }, location);
};

/** One key for all spellings of a destination at a registry; a local destination stays as it is. */
export const placeKey = (destination: string): string =>
  destination.startsWith('docker://') ? referenceKey(destination) : destination;

/** The registries that take part in a copy. */
export const registriesOf = ({ source, destination }: { source: string; destination: string }): readonly string[] => [
  ...new Set([registryOf(source), registryOf(destination)].filter((registry) => registry !== undefined)),
];

/** What only one copy at a time may write to: the path of every destination that is not a registry. */
export const localPathOf = (reference: string): string | undefined => {
  const location = parseLocation(reference);
  return location.transport === 'docker' ? undefined : location.path;
};

/** `docker://registry/path` with its tag or digest. */
export const dockerReference = (repository: Repository, version: { tag?: string; digest?: string }): string => {
  const suffix = version.digest === undefined ? `:${version.tag ?? 'latest'}` : `@${version.digest}`;
  return `docker://${repository.registry}/${repository.path}${suffix}`;
};
