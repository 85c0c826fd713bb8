import { statSync } from 'node:fs';
import { messageOf } from '../../../errors/system-error.ts';
import { readNamed } from '../../../host/named-files.ts';
import { asksForCertificate } from './client-certificates.ts';
import {
  filesOf,
  loadWebConfig,
  MAX_WEB_CONFIG_BYTES,
  NO_WEB_CONFIG,
  type ReadText,
  readWebConfigFile,
  regularText,
  type WebConfig,
} from './web-config.ts';

/** A web configuration that follows its files. */
export interface ReloadingWebConfig {
  /** The newest usable configuration. It costs a few `stat` calls and reads only what has changed. */
  current(): WebConfig;
}

/** Changes whenever the content may have changed; follows symbolic links, since Kubernetes replaces those. */
const stampOfFile = (path: string): string => {
  try {
    const stat = statSync(path, { bigint: true });
    return `${stat.ino}/${stat.mtimeNs}/${stat.ctimeNs}/${stat.size}`;
  } catch {
    return 'unreadable';
  }
};

/** A pipe or a device, which can be read only once. */
const isReadOnce = (path: string): boolean => {
  const status = statSync(path, { throwIfNoEntry: false });
  return status !== undefined && !status.isFile() && !status.isDirectory();
};

/** Settings that a running server cannot change: TLS and client certificates, and whether it asks for a password. */
const needsRestart = (before: WebConfig, after: WebConfig): string | undefined => {
  if ((before.tls === undefined) !== (after.tls === undefined)) return 'TLS on or off';
  const asks = [before, after].map(({ tls }) => tls !== undefined && asksForCertificate(tls.clients));
  if (asks[0] !== asks[1]) return 'client certificates on or off';
  const users = [before, after].map((config) => Object.keys(config.users).length);
  return users[0] !== 0 && users[1] === 0 ? 'basic authentication off' : undefined;
};

/**
 * Loads the configuration, and checks at each use whether its files have changed. If a change cannot be used, it warns
 * once and keeps the old configuration: certificate and key are seldom replaced at the same time. Throws a usage error
 * if the first load fails, and the signal's reason when the signal aborts before that.
 */
export const openWebConfig = async (
  path: string | undefined,
  onWarning: (message: string) => void,
  onChange: (config: WebConfig) => void,
  signal: AbortSignal,
): Promise<ReloadingWebConfig> => {
  if (path === undefined) return { current: () => NO_WEB_CONFIG };
  let stamps = new Map<string, string>();
  /** A file that can be read only once is not read again. */
  const held = new Map<string, string>();
  const read: ReadText = (name) => held.get(name) ?? regularText(name);
  const stampOf = (name: string): string => (held.has(name) ? 'held' : stampOfFile(name));
  const hold = async (names: readonly string[]): Promise<void> => {
    for (const name of names.filter(isReadOnce))
      held.set(name, String(await readNamed(name, MAX_WEB_CONFIG_BYTES, signal)));
  };

  const load = (): WebConfig => {
    stamps = new Map([path, ...stamps.keys()].map((file) => [file, stampOf(file)]));
    const file = readWebConfigFile(path, read);
    stamps = new Map([path, ...filesOf(file)].map((name) => [name, stamps.get(name) ?? stampOf(name)]));
    if (file.http_server_config.http2) onWarning(`${path}: HTTP/2 is not offered, HTTP/1.1 is used`);
    return loadWebConfig(file, read);
  };

  await hold([path]);
  await hold(filesOf(readWebConfigFile(path, read)));
  let config = load();
  const reload = (): void => {
    const next = load();
    const obstacle = needsRestart(config, next);
    if (obstacle !== undefined) throw new Error(`${path}: turning ${obstacle} needs a restart`);
    config = next;
    onChange(config);
  };

  return {
    current() {
      if (![...stamps].some(([file, stamp]) => stampOf(file) !== stamp)) return config;
      try {
        reload();
      } catch (error) {
        onWarning(`${messageOf(error)}; the old settings stay in use`);
      }
      return config;
    },
  };
};
