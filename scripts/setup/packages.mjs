/**
 * Every program that this repository needs from the system: by which package Debian and Ubuntu bring it (the names are
 * the same in both; in Ubuntu most are in `universe`), which part needs it, and why. Found by its command, or as a
 * module of the system's Python.
 * `service`: what the package would start by itself; our install leaves it stopped and disabled.
 */
export const PACKAGES = [
  { command: 'skopeo', package: 'skopeo', parts: ['start', 'test', 'picture'], why: 'the program that is driven' },
  {
    command: 'docker-registry',
    package: 'docker-registry',
    parts: ['test', 'picture'],
    why: 'a real registry to copy from and to',
    service: 'docker-registry',
  },
  {
    command: 'promtool',
    package: 'prometheus',
    parts: ['test', 'picture'],
    why: 'Prometheus itself, and promtool to check metrics and rules',
    service: 'prometheus',
  },
  {
    command: 'prometheus-node-exporter',
    package: 'prometheus-node-exporter',
    parts: ['test', 'picture'],
    why: 'reads the textfiles',
    service: 'prometheus-node-exporter',
  },
  {
    command: 'prometheus-alertmanager',
    package: 'prometheus-alertmanager',
    parts: ['test', 'picture'],
    why: 'receives the alerts',
    service: 'prometheus-alertmanager',
  },
  { command: 'systemd-analyze', package: 'systemd', parts: ['test'], why: 'checks the example units' },
  { command: 'tmux', package: 'tmux', parts: ['test'], why: 'a terminal to look at the bars in' },
  {
    command: 'ip',
    package: 'iproute2',
    parts: ['test'],
    why: 'gives the tests a network of their own, with no way out',
  },
  { command: 'zsh', package: 'zsh', parts: ['test'], why: 'completes command lines' },
  { command: 'fish', package: 'fish', parts: ['test'], why: 'completes command lines' },
  {
    pythonModule: 'prometheus_client',
    package: 'python3-prometheus-client',
    parts: ['test'],
    why: 'a strict reader of OpenMetrics',
  },
  { command: 'gpg', package: 'gnupg', parts: ['test'], why: 'signs images' },
  { command: 'pinentry-curses', package: 'pinentry-curses', parts: ['test'], why: 'asks for the passphrase of a key' },
  { command: 'openssl', package: 'openssl', parts: ['test'], why: 'makes certificates for TLS tests' },
  { command: 'curl', package: 'curl', parts: ['test'], why: 'a client that is not ours' },
  {
    command: 'debootstrap',
    package: 'debootstrap',
    parts: ['fresh'],
    why: 'makes systems to try the first commands on',
  },
  { command: 'chromium', package: 'chromium', parts: ['picture'], why: 'draws the picture of the dashboard' },
];
