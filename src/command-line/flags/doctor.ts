import { booleanFlag, type SubcommandSpec, stringFlag } from './spec.ts';

/** A subcommand of the wrapper alone; with skopeo's options of how to reach registries. */
export const DOCTOR: SubcommandSpec = {
  name: 'doctor',
  summary: 'Check skopeo, logins, directories, policy, clock and space, and say what to do',
  operands: ['[REGISTRY...]'],
  flags: [
    stringFlag('authfile', 'FILE', 'registry credentials file'),
    stringFlag('cert-dir', 'DIR', 'certificates (*.crt, *.cert, *.key) for the registries'),
    booleanFlag('tls-verify', 'require HTTPS and verify certificates'),
  ],
};
