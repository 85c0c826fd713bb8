import { isIPv6, type Socket } from 'node:net';

/** Whoever has an IPv6 address has all the addresses of its /64: these count as one client. */
const clientOf = ({ remoteAddress = '' }: Socket): string => {
  if (!isIPv6(remoteAddress) || remoteAddress.includes('.')) return remoteAddress;
  const [left = [], right = []] = remoteAddress.split('::').map((part) => part.split(':'));
  const zeros = new Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
};

interface Connection {
  readonly socket: Socket;
  readonly client: string;
  /** Its port, which a TLS socket shares with the connection below it. */
  readonly port: number | undefined;
  /** Number of requests that are being answered. */
  requests: number;
}

/**
 * The connections of a server, the longest idle first. One client has at most half of the places, and whoever comes when all
 * are taken gets that of the longest idle connection of the client with the most: idle ones never keep a scraper out.
 */
export class Connections {
  readonly #max: number;
  readonly #connections = new Set<Connection>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes in a new connection, or closes it if there is no place for it. */
  add(socket: Socket): void {
    const connection = { socket, client: clientOf(socket), port: socket.remotePort, requests: 0 };
    if (!this.#makeRoom(connection.client)) return void socket.destroy();
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  /** A request began; `end` it when it is answered. */
  begin(asking: Pick<Socket, 'remoteAddress' | 'remotePort'>): { end(): void } {
    const connection = [...this.#connections].find(
      ({ port, socket }) => port === asking.remotePort && socket.remoteAddress === asking.remoteAddress,
    );
    if (connection === undefined) return { end: () => undefined };
    connection.requests++;
    return {
      end: () => {
        connection.requests--;
        if (this.#connections.delete(connection)) this.#connections.add(connection);
      },
    };
  }

  /** Closes all of them. */
  destroy(): void {
    for (const { socket } of this.#connections) socket.destroy();
  }

  #of(client: string): Connection[] {
    return [...this.#connections].filter((connection) => connection.client === client);
  }

  #makeRoom(client: string): boolean {
    const own = this.#of(client);
    if (own.length >= Math.ceil(this.#max / 2)) return this.#closeIdle(own);
    if (this.#connections.size < this.#max) return true;
    const clients = [...new Set([...this.#connections].map((connection) => connection.client))];
    const byNumber = clients.map((one) => this.#of(one)).sort((one, other) => other.length - one.length);
    return byNumber.some((connections) => this.#closeIdle(connections));
  }

  #closeIdle(connections: readonly Connection[]): boolean {
    const idle = connections.find(({ requests }) => requests === 0);
    if (idle === undefined) return false;
    this.#connections.delete(idle);
    idle.socket.destroy();
    return true;
  }
}
