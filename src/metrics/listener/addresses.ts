import { isIPv6 } from 'node:net';
import { usageError } from '../../errors/wrapper-error.ts';

/** Where to listen. `host` is `''` for every interface; an IPv6 address has no brackets. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * Loopback only: metrics contain names of registries and repositories, so it is up to the user to show them to a
 * network.
 */
export const DEFAULT_LISTEN_ADDRESS: ListenAddress = { host: 'localhost', port: 8000 };

const ADDRESS = /^(?:(?:\[(?<ipv6>[^\]]*)\]|(?<name>[A-Za-z0-9._-]*)):)?(?<port>\d{1,5})$/;

/** Reads `host:port`, `:port` (every interface), `[::1]:port` or `port` (loopback). Undefined: it is none of these. */
export const readListenAddress = (text: string): ListenAddress | undefined => {
  const { ipv6, name, port } = ADDRESS.exec(text)?.groups ?? {};
  const number = Number(port);
  if (port === undefined || number > 65_535 || (ipv6 !== undefined && !isIPv6(ipv6))) return undefined;
  return { host: ipv6 ?? name ?? DEFAULT_LISTEN_ADDRESS.host, port: number };
};

/** The same for a text that must be an address. Throws a usage error. */
export const parseListenAddress = (text: string): ListenAddress => {
  const address = readListenAddress(text);
  if (address !== undefined) return address;
  throw usageError(
    `invalid listen address ${JSON.stringify(text)}`,
    'Give host:port, :port for every interface, or [address]:port for IPv6, e.g. localhost:8000.',
  );
};

/** `host:port` as people write it, IPv6 addresses in brackets. */
export const formatAddress = ({ host, port }: ListenAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
