import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** An address of this machine that swallows every packet of a new connection. */
export interface DeafHost extends AsyncDisposable {
  /** `HOST:PORT`. */
  readonly host: string;
}

const LISTENER = `
require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  console.log(this.address().port);
  process.kill(process.pid, 'SIGSTOP');
});`;

/** A listener that is stopped takes as many connections as its backlog holds; the kernel drops the SYN of the next. */
export const startDeafHost = async (): Promise<DeafHost> => {
  const listener = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface(listener.stdout), 'line');
  const sockets = [connect(Number(port), '127.0.0.1'), connect(Number(port), '127.0.0.1')];
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return {
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.kill('SIGKILL');
      await once(listener, 'exit');
    },
  };
};
