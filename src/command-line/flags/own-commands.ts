import { imageFlags, RETRY_FLAGS } from './shared.ts';
import { booleanFlag, type SubcommandSpec, stringFlag } from './spec.ts';

/** A subcommand of the wrapper alone; it has skopeo's options for reaching registries. */
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

/** A subcommand of the wrapper alone; it has the flags of `inspect` for reaching the image. */
export const EXISTS: SubcommandSpec = {
  name: 'exists',
  summary: 'Say by exit status whether an image exists',
  operands: ['IMAGE-NAME'],
  flags: [...imageFlags(''), ...RETRY_FLAGS],
};
