import { spawnSync } from 'node:child_process';

const IN_NAMESPACE = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Of namespaces(7): as root, and as a user where the kernel lets users have namespaces. */
const WAYS = [
  ['unshare', '--net', ...IN_NAMESPACE],
  [
    ...['unshare', '--user', '--map-current-user', '--keep-caps', '--net', ...IN_NAMESPACE],
    ...['setpriv', '--inh-caps=-all', '--ambient-caps=-all'],
  ],
];

const works = ([program, ...argv]) => spawnSync(program, [...argv, 'true'], { stdio: 'ignore' }).status === 0;

/**
 * What to put in front of a command so that its network is loopback and nothing else; undefined where this system does
 * not allow that.
 */
export const loopbackOnly = () => WAYS.find(works);
