import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Enough to choose from, and none that needs privileges. */
const LOWEST = 4_096;

/** The lowest port that the kernel gives to whoever asks for any (ip(7), `ip_local_port_range`). */
const lowestGivenAway = (): number =>
  Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
};

/**
 * A port of 127.0.0.1 that nobody listens on, for a program that cannot say which one it has chosen. It lies below those
 * that the kernel gives away by itself: no server and no connection gets it meanwhile.
 */
export const freePort = async (): Promise<number> => {
  const end = lowestGivenAway();
  for (;;) {
    const port = randomInt(LOWEST, Math.max(end, LOWEST + 10_000));
    if (await isFree(port)) return port;
  }
};
