import type { FailureSubject } from '../facts.ts';
import { any, type FailureClass, offers, path, registry, SKOPEO, says } from './failure-class.ts';

const orNamed = (subject: FailureSubject): string =>
  offers(subject, 'policy') ? ', or name another one with --policy FILE' : '';

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
      'reading JSON file "(?!.*: permission denied)',
      '(?:loading|parsing) registries (?:conf|configuration)',
      '^Invalid (?:encryption|decryption) keys',
      'toml: ',
    ),
    retryable: 'no',
    because: 'the words stay as they are',
    exitStatus: `64; ${SKOPEO} own if skopeo found the mistake`,
    meaning: 'The command line or a configuration file is wrong.',
    next: ({ path: file }) =>
      file === undefined
        ? 'Correct the command; its flags are in skopeo-wrapper COMMAND --help.'
        : `Correct or remove ${file}, or name another one.`,
    special: [
      {
        where: 'a passphrase would have been asked for, and nobody is there to ask',
        // skopeo for a sigstore key, GnuPG for its own.
        applies: says(/^Cannot prompt for a passphrase|signature: (?:Inappropriate ioctl for device|No pinentry)/),
        next: () => 'Give the passphrase of the signing key in a file: --sign-passphrase-file FILE.',
      },
      {
        where: 'a file that is named is not there',
        applies: ({ path: file, message = '' }) => file !== undefined && /: no such file or directory/.test(message),
        next: (subject) => `Name a file that exists instead of ${path(subject)}.`,
      },
    ],
  },
  {
    errorType: 'disk_full',
    pattern: any('no space left on device', 'disk quota exceeded'),
    retryable: 'no',
    because: 'somebody has to make room first',
    exitStatus: SKOPEO,
    meaning: 'A local file system is full, or the quota of the user is used up.',
    next: (subject) =>
      subject.path === undefined
        ? 'Free space (df -h; large temporary files go to --tmpdir, default /var/tmp) and run it again.'
        : `Free space on the file system of ${subject.path} (df -h) and run it again${offers(subject, 'tmpdir') ? '; --tmpdir moves temporary files' : ''}.`,
  },
  {
    errorType: 'permission',
    pattern: any('(?<!connect): permission denied', '(?<!connect): operation not permitted', 'read-only file system'),
    retryable: 'no',
    because: 'rights stay as they are',
    exitStatus: SKOPEO,
    meaning: 'The user may not read or write a local path.',
    next: (subject) => `Check owner and mode of ${path(subject)} (ls -ld), or run as a user that may use it.`,
  },
  {
    errorType: 'invalid_reference',
    pattern: any(
      '^Invalid (?:source|destination) name(?!.*: not a directory$)',
      'invalid reference format',
      'unknown transport "',
      'repository name must be lowercase',
      'both a tag and digest',
    ),
    retryable: 'no',
    because: 'the name stays as it is',
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
    because: 'policy and image stay as they are',
    exitStatus: SKOPEO,
    meaning: 'The signature policy does not allow the image, or cannot be read.',
    next: () =>
      'Sign the image, or allow it in the policy: --policy FILE, ~/.config/containers/policy.json or /etc/containers/policy.json.',
    special: [
      {
        where: 'there is no policy',
        applies: says(/^Error loading trust policy: .*no such file or directory/),
        next: (subject) =>
          `Put a policy at ${subject.path ?? '/etc/containers/policy.json'}, at least {"default":[{"type":"insecureAcceptAnything"}]}${orNamed(subject)}.`,
      },
      {
        where: 'the policy cannot be understood',
        applies: says(/^Error loading trust policy/),
        next: (subject) => `Correct ${subject.path ?? 'the policy that is named'}${orNamed(subject)}.`,
      },
    ],
  },
  {
    errorType: 'blocked',
    pattern: any('(?:^|: )registry \\S+ is blocked in'),
    retryable: 'no',
    because: 'the configuration stays as it is',
    exitStatus: SKOPEO,
    meaning: 'registries.conf blocks the registry.',
    next: (subject) => `Use another registry, or remove the block of ${registry(subject)} from the file that is named.`,
  },
  {
    errorType: 'decryption_failed',
    pattern: any('[Dd]ecrypting layer', 'no suitable key', 'missing private key needed for decryption'),
    retryable: 'no',
    because: 'the keys stay as they are',
    exitStatus: SKOPEO,
    meaning: 'The image is encrypted, and none of the keys given opens it.',
    next: () => 'Give the private key that it was encrypted for: --decryption-key FILE.',
  },
  {
    errorType: 'credential_helper',
    pattern: any('error (?:getting|listing|storing|erasing) credentials - err: ', 'docker-credential-\\S+'),
    retryable: 'no',
    because: 'the helper stays as it is',
    exitStatus: SKOPEO,
    meaning: 'The program that an authfile names for the credentials of a registry is missing or fails.',
    next: (subject) => {
      const helper = /docker-credential-[\w.-]+/.exec(subject.message ?? '')?.[0];
      const host = subject.registry ?? 'REGISTRY';
      return helper === undefined
        ? `Run the helper that "credHelpers" of the authfile names for ${host} by hand, with "get" and ${host} on its stdin, and mend what it says.`
        : `Install ${helper} where PATH finds it, or take it out of "credHelpers" in the authfile and log in: skopeo-wrapper login ${host}.`;
    },
  },
  {
    errorType: 'host_setup',
    pattern: any(
      'Cannot connect to the Docker daemon',
      // What docker-daemon: says as a destination.
      'io: read/write on closed pipe',
      'newuidmap|newgidmap',
      'XDG_RUNTIME_DIR',
      'cannot re-exec process|user namespace',
      'docker_engine|docker\\.sock',
    ),
    retryable: 'no',
    because: 'somebody has to set up the host first',
    exitStatus: SKOPEO,
    meaning: 'This host lacks what the transport works with: a daemon, helper programs, a directory.',
    next: () => 'Set up what the message names, or use another transport (dir:, oci:, docker-archive:).',
    special: [
      {
        where: 'no Docker daemon answers',
        applies: says(/Docker daemon|docker_engine|docker\.sock|closed pipe/),
        next: () =>
          'Start the Docker daemon (systemctl start docker) or name it by DOCKER_HOST; docker-archive: needs none.',
      },
      {
        where: 'newuidmap or newgidmap is missing',
        applies: says(/newuidmap|newgidmap|user namespace/),
        next: () =>
          'Install newuidmap and newgidmap (apt-get install uidmap, dnf install shadow-utils) and give the user ranges in /etc/subuid and /etc/subgid.',
      },
      {
        where: 'there is no runtime directory',
        applies: says(/XDG_RUNTIME_DIR/),
        next: () => 'Set XDG_RUNTIME_DIR to a directory of this user that exists (loginctl enable-linger makes one).',
      },
    ],
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
    answers: [{ codes: ['digest invalid'] }],
    retryable: 'once',
    because: 'the way may have been at fault; what happens twice is in the source',
    exitStatus: SKOPEO,
    meaning: 'Content differs from its digest: damaged on the way, or at the source.',
    next: () => 'Run it again; if the same blob fails, the source is damaged: fetch or push that image anew.',
  },
];
