import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { HttpAnswer } from './http/message.ts';
import { RegistryMisbehaviourError } from './misbehaviour.ts';

/** What an address can be reached from, the widest first. */
const REACHES = ['the internet', 'a private network', 'this machine', 'its own link'] as const;
type Reach = (typeof REACHES)[number];

const subnets = (...nets: readonly (readonly [net: string, prefix: number])[]): BlockList => {
  const list = new BlockList();
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, isIP(net) === 4 ? 'ipv4' : 'ipv6');
  return list;
};

/** RFC 6890, and the documents that it names. */
const NARROWER: readonly (readonly [Reach, BlockList])[] = [
  ['its own link', subnets(['169.254.0.0', 16], ['fe80::', 10])],
  ['this machine', subnets(['127.0.0.0', 8], ['0.0.0.0', 8], ['::1', 128], ['::', 128])],
  [
    'a private network',
    subnets(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['fc00::', 7]),
  ],
];

const reachOfAddress = (address: string): Reach => {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return NARROWER.find(([, list]) => list.check(address, family))?.[0] ?? 'the internet';
};

/** The narrowest reach of what a host name stands for; the widest for a name that nobody knows. */
const reachOf = async (hostname: string): Promise<Reach> => {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) > 0 ? [{ address: host }] : await lookup(host, { all: true }).catch(() => []);
  const reaches = addresses.map(({ address }) => REACHES.indexOf(reachOfAddress(address)));
  return REACHES[Math.max(0, ...reaches)] ?? 'the internet';
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Refuses an answer that redirects to where the registry itself is not: from the internet to a private network, from
 * anywhere to an address of this machine or of a link, where clouds keep their secrets. skopeo would follow. Rejects with
 * RegistryMisbehaviourError.
 */
export const refuseRedirect = async (
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  asked: URL,
  registry: string,
): Promise<void> => {
  const target = REDIRECTS.has(status) ? URL.parse(headers.location ?? '', asked.href) : null;
  if (target === null || target.host === asked.host) return;
  const [from, to] = await Promise.all([reachOf(asked.hostname), reachOf(target.hostname)]);
  if (to !== 'its own link' && REACHES.indexOf(to) <= REACHES.indexOf(from)) return;
  throw new RegistryMisbehaviourError(
    registry,
    `redirects to ${target.hostname}, an address of ${to}: that is not followed`,
  );
};
