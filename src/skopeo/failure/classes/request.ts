import { any, type FailureClass, path, registry, SKOPEO } from './failure-class.ts';

/** Failures because of the request, local files or the policy, and content that differs from its digest. */
export const REQUEST_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'usage',
    pattern: any(
      '^unknown (?:shorthand )?flag',
      '^Unrecognized command',
      '^Missing command',
      '^Exactly (?:one|two) arguments? expected',
      '^flag needs an argument',
      '^invalid argument "',
      '^unknown format',
      '^unknown multi-arch option',
      '^Cannot use --all and --multi-arch',
      '^A (?:source|destination) transport must be specified',
      'is not a valid (?:source|destination) transport',
      "^sync from 'dir' to 'dir'",
      '^No tag or digest allowed',
      '^Failed to unmarshal',
      '^Invalid source directory specified',
      'mutually exclusive',
      'reading password:',
      '^Cannot prompt for a passphrase',
      'signature: (?:Inappropriate ioctl for device|No pinentry)',
      'reading JSON file "',
    ),
    retryable: 'no',
    exitStatus: `64; ${SKOPEO} own if skopeo found the mistake`,
    meaning: 'The command line or a configuration file is wrong.',
    next: ({ path: file, needsPassphrase }) => {
      if (needsPassphrase) return 'Give the passphrase of the signing key in a file: --sign-passphrase-file FILE.';
      return file === undefined
        ? 'Correct the command; its flags are in skopeo-wrapper COMMAND --help.'
        : `Correct or remove ${file}, or name another one.`;
    },
  },
  {
    errorType: 'disk_full',
    pattern: any('no space left on device', 'disk quota exceeded'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'A local file system is full, or the quota of the user is used up.',
    next: (subject) =>
      subject.path === undefined
        ? 'Free space (df -h; large temporary files go to --tmpdir, default /var/tmp) and run it again.'
        : `Free space on the file system of ${subject.path} (df -h) and run it again; --tmpdir moves temporary files.`,
  },
  {
    errorType: 'permission',
    pattern: any(': permission denied', ': operation not permitted', 'read-only file system'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The user may not read or write a local path.',
    next: (subject) => `Check owner and mode of ${path(subject)} (ls -ld), or run as a user that may use it.`,
  },
  {
    errorType: 'invalid_reference',
    pattern: any(
      '^Invalid (?:source|destination) name',
      'invalid reference format',
      'unknown transport "',
      'repository name must be lowercase',
      'both a tag and digest',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'An image reference cannot be understood.',
    next: () =>
      'Write TRANSPORT:DETAILS in lower case, such as docker://registry.example/team/app:1.0 or oci:/path:tag.',
  },
  {
    errorType: 'policy_rejected',
    pattern: any(
      'Source image rejected:',
      'is rejected by policy',
      '[Aa] signature was required',
      '^Error loading trust policy',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The signature policy does not allow the image, or cannot be read.',
    next: () =>
      'Sign the image, or allow it in the policy: --policy FILE, ~/.config/containers/policy.json or /etc/containers/policy.json.',
  },
  {
    errorType: 'blocked',
    pattern: any('(?:^|: )registry \\S+ is blocked in'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'registries.conf blocks the registry.',
    next: (subject) => `Use another registry, or remove the block of ${registry(subject)} from the file that is named.`,
  },
  {
    errorType: 'digest_mismatch',
    pattern: any(
      'Digest did not match, expected',
      'does not match provided manifest digest',
      'digest mismatch, expected',
      'provided digest did not match uploaded content',
      'digest invalid',
    ),
    retryable: 'once',
    exitStatus: SKOPEO,
    meaning: 'Content differs from its digest: damaged on the way, or at the source.',
    next: () => 'Run it again; if the same blob fails, the source is damaged: fetch or push that image anew.',
  },
];
