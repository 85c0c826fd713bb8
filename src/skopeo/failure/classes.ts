import type { ErrorType } from '../../tracking/vocabulary.ts';
import type { FailureSubject } from './facts.ts';

/** Is the same operation worth another try: no; soon; once; after minutes or hours. */
export type Retryable = 'no' | 'yes' | 'once' | 'later';

/** One way to fail: the row of the table that classification, retries, messages and documentation share. */
export interface FailureClass {
  readonly errorType: ErrorType;
  /** On the normalized fatal message; absent: told by how the process ended. */
  readonly pattern?: RegExp;
  readonly retryable: Retryable;
  /** Whose status the wrapper exits with. */
  readonly exitStatus: string;
  /** What happened, in one line, for the documentation. */
  readonly meaning: string;
  /** The next step, one or two sentences. */
  readonly next: (subject: FailureSubject) => string;
}

/** The three notations of an HTTP status in messages of containers/image. */
const HTTP = '(?:StatusCode: |HTTP status: |status code from registry )';

const SKOPEO = "skopeo's";
const registry = (subject: FailureSubject): string => subject.registry ?? 'the registry';
const path = (subject: FailureSubject): string => subject.path ?? 'the path';

/** `--src-tls-verify` or `--tls-verify`, by what is known of the side. */
const sideFlag = ({ side }: FailureSubject, name: string): string => {
  if (side === undefined) return `--${name}`;
  return side === 'source' ? `--src-${name} (--${name} for one image)` : `--dest-${name}`;
};

const any = (...patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'), 's');

/**
 * All ways to fail, first match wins. Patterns hold for skopeo 1.9 to 1.22 and are anchored with `: ` and the notations
 * of HTTP statuses, since references and host names within messages are chosen by users.
 */
export const FAILURE_CLASSES: readonly FailureClass[] = [
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
    ),
    retryable: 'no',
    exitStatus: `64, ${SKOPEO} when it noticed`,
    meaning: 'The command line or a configuration file is wrong.',
    next: () => 'Correct the command; its flags are in skopeo-wrapper COMMAND --help.',
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
  {
    errorType: 'rate_limited',
    pattern: any('toomanyrequests', 'too many requests to registry', `${HTTP}429\\b`),
    retryable: 'later',
    exitStatus: SKOPEO,
    meaning: 'The registry takes no more requests for now.',
    next: (subject) =>
      `Wait${subject.registry === 'docker.io' ? ' (Docker Hub counts pulls over 6 hours)' : ''}, or log in for a higher limit: skopeo-wrapper login ${registry(subject)}.`,
  },
  {
    errorType: 'protocol_mismatch',
    pattern: any(
      'server gave HTTP response to HTTPS client',
      'first record does not look like a TLS handshake',
      'malformed HTTP response',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The registry speaks HTTP where HTTPS was expected, or the reverse.',
    next: (subject) =>
      `If ${registry(subject)} is meant to be used without TLS, add ${sideFlag(subject, 'tls-verify')}=false.`,
  },
  {
    errorType: 'tls',
    pattern: any('x509: ', 'tls: '),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The certificate of the registry is not trusted, or TLS failed.',
    next: (subject) =>
      `Put the CA into /etc/containers/certs.d/${subject.registry ?? 'REGISTRY'}/ca.crt or give its directory with ${sideFlag(subject, 'cert-dir')}; for a wrong name, use a name that the certificate holds.`,
  },
  {
    errorType: 'dns',
    pattern: any(
      '\\blookup \\S+.*: (?:no such host|server misbehaving|.*i/o timeout)',
      'Temporary failure in name resolution',
    ),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning: 'The name of the registry cannot be resolved.',
    next: (subject) => `Check the spelling of ${registry(subject)} and the resolver (getent hosts HOST).`,
  },
  {
    errorType: 'connection_refused',
    pattern: any('connect: connection refused'),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning: 'Nothing listens at that address.',
    next: (subject) => `Check that ${registry(subject)} is up and the port is right.`,
  },
  {
    errorType: 'unreachable',
    pattern: any('connect: (?:no route to host|network is unreachable)'),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning: 'There is no network path to the registry.',
    next: (subject) =>
      `Check network, firewall and proxy settings (HTTPS_PROXY, NO_PROXY) towards ${registry(subject)}.`,
  },
  {
    errorType: 'timeout',
    pattern: any(
      'context deadline exceeded',
      'i/o timeout',
      'TLS handshake timeout',
      'Client\\.Timeout exceeded',
      'connection timed out',
    ),
    retryable: 'yes',
    exitStatus: `${SKOPEO}; 124 by --timeout`,
    meaning: 'A time limit was reached: of the network, of --timeout or of --command-timeout.',
    next: (subject) =>
      `Check the connection to ${registry(subject)}; for large images raise --timeout or --command-timeout.`,
  },
  {
    errorType: 'denied',
    pattern: any('(?:^|: |\\n)denied\\b', 'requested access to the resource is denied', `${HTTP}403\\b`),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning:
      'The registry knows the user, or takes nobody, and refuses. Some registries say so for images that do not exist.',
    next: (subject) =>
      `Ask for the permission on ${registry(subject)}, or log in as a user who has it: skopeo-wrapper login ${registry(subject)}.`,
  },
  {
    errorType: 'unauthorized',
    pattern: any(
      '(?:^|: |\\n)unauthorized\\b',
      'authentication required',
      'invalid username/password',
      `${HTTP}401\\b`,
      '^not logged into',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'Credentials are missing, wrong or expired.',
    next: (subject) => `Log in: skopeo-wrapper login ${registry(subject)}, or give credentials for this command.`,
  },
  {
    errorType: 'no_matching_platform',
    pattern: any('no image found in (?:image index|manifest list) for architecture'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The list has no image for this architecture and system.',
    next: () => 'Choose one with --override-arch and --override-os, or copy all of them with --all.',
  },
  {
    errorType: 'too_large',
    pattern: any(`${HTTP}413\\b`),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The registry, or a proxy in front of it, takes no body of that size.',
    next: (subject) => `Raise the body limit in front of ${registry(subject)} (nginx: client_max_body_size 0).`,
  },
  {
    errorType: 'manifest_rejected',
    pattern: any(
      '[Uu]ploading manifest.*(?:manifest invalid|blob unknown to registry|unsupported|manifest blob unknown)',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The registry took the blobs but not the manifest.',
    next: (subject) =>
      `Try another manifest type that ${registry(subject)} takes: --format oci or --format v2s2; lists need their images (--all).`,
  },
  {
    errorType: 'quota_exceeded',
    pattern: any('exceed the configured upper limit', 'quota'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The storage quota of the registry is used up.',
    next: (subject) => `Delete old images on ${registry(subject)} or have the quota raised.`,
  },
  {
    errorType: 'not_found',
    pattern: any(
      'manifest unknown',
      'name unknown',
      'repository name not known to registry',
      'blob unknown',
      `${HTTP}404\\b`,
      'no descriptor found for reference',
      'does not resolve to an image ID',
      'Image may not exist',
      ': no such file or directory',
      '^No images to sync found',
    ),
    retryable: 'no',
    exitStatus: `${SKOPEO} (2 from 1.16 on when the image is missing)`,
    meaning: 'The image, tag, blob or file does not exist, or the registry hides it from this user.',
    next: (subject) =>
      subject.path === undefined
        ? `Check the name and the tag (skopeo-wrapper list-tags docker://${subject.registry ?? 'REGISTRY'}/REPOSITORY); a private image may look missing without a login.`
        : `Check that ${subject.path} exists.`,
  },
  {
    errorType: 'server_error',
    pattern: any(`${HTTP}5\\d\\d\\b`),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning: 'The registry has a fault of its own.',
    next: (subject) => `Try again later or with --retry-times 3; ask the operator of ${registry(subject)} if it stays.`,
  },
  {
    errorType: 'connection_lost',
    pattern: any(
      'unexpected EOF',
      'connection reset by peer',
      'broken pipe',
      ': EOF$',
      'use of closed network connection',
      'server closed idle connection',
    ),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning: 'The connection broke in the middle.',
    next: (subject) =>
      `Run it again, with --retry-times 3; blobs that arrived at ${registry(subject)} are not sent again.`,
  },
  {
    errorType: 'invalid_manifest',
    pattern: any('unexpected end of JSON input', 'invalid character .* looking for', 'unsupported schema'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'What the source calls a manifest is none.',
    next: (subject) =>
      `Check that ${registry(subject)} is a container registry and that the image was pushed completely.`,
  },
  {
    errorType: 'destination_conflict',
    pattern: any(
      'Refusing to overwrite',
      "doesn't support modifying existing images",
      "don't want to overwrite important data",
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'Something is at the destination already and is not overwritten.',
    next: (subject) => `Choose another destination, or remove ${path(subject)} first.`,
  },
  {
    errorType: 'unsupported',
    pattern: any(
      'does not support copying multiple images',
      'Deleting images not implemented',
      ': unsupported$',
      '"UNSUPPORTED"',
      'not implemented',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The transport or the registry cannot do that.',
    next: () => 'Use another transport; for deletion, have it enabled in the registry.',
  },
  {
    errorType: 'partial_failure',
    pattern: any('^Sync failed due to previous reported error'),
    retryable: 'yes',
    exitStatus: `${SKOPEO}; 3 by sync --file`,
    meaning: 'Some images failed, the others are done.',
    next: () => 'See the errors of the single images above; run it again for the rest.',
  },
  {
    errorType: 'stalled',
    retryable: 'yes',
    exitStatus: '124',
    meaning: 'Nothing moved for --stall-timeout, so the attempt was ended.',
    next: (subject) => `Check the connection to ${registry(subject)}; raise --stall-timeout if it is just slow.`,
  },
  {
    errorType: 'canceled',
    retryable: 'no',
    exitStatus: '129, 130 or 143 by signal',
    meaning: 'Ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM.',
    next: () => 'Run it again; blobs that a registry has already are not sent again.',
  },
  {
    errorType: 'killed',
    retryable: 'yes',
    exitStatus: '128 and the signal',
    meaning: 'Somebody else ended skopeo: a signal without a request of ours, often for lack of memory.',
    next: () => 'Look for the out-of-memory killer (journalctl -k, limits of the container) and run it again.',
  },
  {
    errorType: 'crashed',
    retryable: 'once',
    exitStatus: SKOPEO,
    meaning: 'skopeo, or a run of the wrapper, broke off without a word: a panic, a SIGKILL or a power cut.',
    next: () =>
      'Run it again; if it repeats, run skopeo with the same arguments and report its output to the skopeo project.',
  },
  {
    errorType: 'skopeo_missing',
    retryable: 'no',
    exitStatus: '69',
    meaning: 'skopeo is not installed, cannot be run, or is too old for what was asked.',
    next: () => 'Install it (apt-get install skopeo, dnf install skopeo) or name it with --skopeo-path.',
  },
  {
    errorType: 'unknown',
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'A message that no rule knows.',
    next: () => "Read skopeo's own message; --debug shows more.",
  },
];
