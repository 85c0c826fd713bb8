import { once } from 'node:events';
import type { Server } from 'node:net';
import { defined } from '../../defined.ts';
import { errorCode, messageOf } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { formatAddress, type ListenAddress } from './addresses.ts';

/** A server that accepts connections. */
interface BoundServer<S extends Server> {
  readonly server: S;
  /** The address on which it listens, with the actual port (never 0). */
  readonly address: ListenAddress;
}

/** Error codes that mean that this machine does not have the address (a container without IPv6). */
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'];

const NEXT_STEPS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop the program that has the port ("ss -ltnp" names it), or listen on another one.',
  EACCES: 'Ports below 1024 need privileges; choose a higher one.',
  EADDRNOTAVAIL: 'The address belongs to no interface of this machine ("ip address" lists them).',
};

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'the host name is not known',
};

const bindError = (requested: ListenAddress, cause: unknown): WrapperError => {
  const code = errorCode(cause);
  const next = NEXT_STEPS[code];
  return new WrapperError(`cannot listen on ${formatAddress(requested)}: ${REASONS[code] ?? messageOf(cause)}`, {
    errorType: 'usage',
    exitCode: EXIT.unavailable,
    cause,
    ...defined({ next }),
  });
};

const bind = async <S extends Server>(server: S, { host, port }: ListenAddress): Promise<BoundServer<S>> => {
  server.listen({ port, ...(host === '' ? {} : { host }) });
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`unexpected address ${bound}`);
  return { server, address: { host: bound.address, port: bound.port } };
};

/**
 * `localhost` means both loopback addresses, with the same port, so that a client may resolve the name to either of
 * them. The IPv6 address is left out if the machine does not have it.
 */
const bindLocalhost = async <S extends Server>(createServer: () => S, port: number): Promise<BoundServer<S>[]> => {
  const ipv4 = await bind(createServer(), { host: '127.0.0.1', port });
  try {
    return [ipv4, await bind(createServer(), { host: '::1', port: ipv4.address.port })];
  } catch (error) {
    const code = errorCode(error);
    if (NO_SUCH_ADDRESS.includes(code)) return [ipv4];
    ipv4.server.close();
    if (port === 0 && code === 'EADDRINUSE') return bindLocalhost(createServer, port); // try another port
    throw error;
  }
};

/**
 * Listens on all addresses, or on none if one of them fails. Throws a `WrapperError` that names the address and what to
 * do.
 */
export const bindAll = async <S extends Server>(
  createServer: () => S,
  addresses: readonly ListenAddress[],
): Promise<BoundServer<S>[]> => {
  const bound: BoundServer<S>[] = [];
  for (const address of addresses) {
    try {
      const added =
        address.host === 'localhost'
          ? await bindLocalhost(createServer, address.port)
          : [await bind(createServer(), address)];
      bound.push(...added);
    } catch (cause) {
      for (const { server } of bound) server.close();
      throw bindError(address, cause);
    }
  }
  return bound;
};
