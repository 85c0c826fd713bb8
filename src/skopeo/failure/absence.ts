import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ImageReference } from '../../image/reference.ts';
import type { Transport } from '../../tracking/vocabulary.ts';

/**
 * The statement of a registry that it does not have the manifest or the repository. It comes as an error code in JSON.
 * A bare 404, which proxies and web servers send, says nothing about an image. `unknown: … not found`: Harbor.
 */
const REGISTRY_SAYS_ABSENT =
  /reading manifest \S+ in \S+: (?:manifest unknown|name unknown|repository name not known to registry|unknown: (?:artifact|repository) \S+ not found)/i;

/** The messages of the other transports for a name that their existing store does not hold. */
const STORE_SAYS_ABSENT: Readonly<Partial<Record<Transport, RegExp>>> = {
  oci: /no descriptor found for reference/,
  oci_archive: /no descriptor found for reference/,
  docker_archive: /[Tt]ag "[^"]*" not found|source reference .* not found/,
  docker_daemon: /No such image/,
  containers_storage: /does not resolve to an image ID|identifier is not an image/,
};

/** The file that every image at such a path has. */
const KEY_FILE: Readonly<Partial<Record<Transport, string>>> = { dir: 'manifest.json', oci: 'index.json' };

/** True only when the system says so: a path that may not be read could exist. */
const isMissing = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
};

/**
 * Whether skopeo's fatal message means that the image does not exist. False for everything that leaves this open:
 * network, TLS, missing rights, a missing login, a server that is not a registry, damaged images.
 */
export const saysAbsent = (
  message: string,
  { transport, path }: Pick<ImageReference, 'transport' | 'path'>,
  cwd = '/',
): boolean => {
  if (transport === 'docker') return REGISTRY_SAYS_ABSENT.test(message);
  if (STORE_SAYS_ABSENT[transport]?.test(message)) return true;
  if (path === undefined || !/no such file or directory|archive file not found/.test(message)) return false;
  return isMissing(join(resolve(cwd, path), KEY_FILE[transport] ?? ''));
};
