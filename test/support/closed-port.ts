import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A port of 127.0.0.1 that refuses connections. */
export interface ClosedPort extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
}

/**
 * Takes a port on which nobody can listen until it is given back: it is the near end of a connection. A port that was only
 * closed would soon belong to somebody else's server.
 */
export const closedPort = async (): Promise<ClosedPort> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[far]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return {
    host: `127.0.0.1:${socket.localPort}`,
    async [Symbol.asyncDispose]() {
      far.destroy();
      socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
