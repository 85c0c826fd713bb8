import { once } from 'node:events';
import type { Server } from 'node:http';

/** Lets a server listen on a free loopback port until it is disposed of; `host` is `127.0.0.1:PORT`. */
export const onLoopback = async (server: Server): Promise<{ readonly host: string } & AsyncDisposable> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
