import { booleanFlag, durationFlag, type FlagSpec, stringFlag } from './spec.ts';

/** Options of skopeo itself, valid before and after the subcommand. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  durationFlag('command-timeout', 'limit on the whole command, retries included', { handledByWrapper: true }),
  booleanFlag('debug', 'debug output on stderr'),
  booleanFlag('help', 'show help', { short: 'h' }),
  booleanFlag('insecure-policy', 'run without any signature policy check', { shared: true }),
  stringFlag('override-arch', 'ARCH', 'choose images for ARCH instead of this machine'),
  stringFlag('override-os', 'OS', 'choose images for OS instead of this system'),
  stringFlag('override-variant', 'VARIANT', 'choose images for VARIANT of the architecture'),
  stringFlag('policy', 'FILE', 'signature policy file', { shared: true }),
  stringFlag('registries.d', 'DIR', 'registry configuration directory (signature storage)', { shared: true }),
  stringFlag('registries-conf', 'FILE', 'registries.conf to use', { hidden: true, shared: true }),
  stringFlag('tmpdir', 'DIR', 'directory for large temporary files', { shared: true }),
  stringFlag('user-agent-prefix', 'TEXT', 'prefix of the user agent that registries see', {
    since: '1.21.0',
    shared: true,
  }),
];

/** Names of the global options that apply to every skopeo process that a command starts. */
export const SHARED_OPTIONS: ReadonlySet<string> = new Set(
  GLOBAL_FLAGS.filter(({ shared }) => shared).map(({ name }) => name),
);

/** Options of skopeo that it accepts only before the subcommand. */
export const ROOT_FLAGS: readonly FlagSpec[] = [
  booleanFlag('version', 'show the version', { short: 'v' }),
  booleanFlag('tls-verify', 'require HTTPS and verify certificates (deprecated here)', { hidden: true }),
];
