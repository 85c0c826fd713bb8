import { isLoopback } from '../host/loopback.ts';
import { DOCKER_HUB, isDockerHub } from './docker-hub.ts';

/** With these names a process connects to its own machine. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '[::]']);

/** Default ports: of HTTPS, and of HTTP for an insecure registry. */
const DEFAULT_PORTS: ReadonlySet<string> = new Set(['443', '80']);

/** The key for all spellings of this machine. */
const THIS_MACHINE = '127.0.0.1';

/**
 * The one normal form of a registry's name, by which registries are compared everywhere. Upper case, a dot at the end,
 * a default port, another spelling of an address and the names of this machine make no difference. No name is looked
 * up, so that two host names of one registry are two registries.
 */
export const registryKey = (registry: string): string => {
  const [, written = registry, port = ''] = /^(.*?)(?::0*(\d+))?$/.exec(registry.trim()) ?? [];
  const url = URL.parse(`https://${written}`);
  const host = (url?.hostname || written.toLowerCase()).replace(/\.+$/, '');
  const key = isLoopback(host) || UNSPECIFIED.has(host) ? THIS_MACHINE : isDockerHub(host) ? DOCKER_HUB : host;
  return port === '' || DEFAULT_PORTS.has(port) ? key : `${key}:${port}`;
};
