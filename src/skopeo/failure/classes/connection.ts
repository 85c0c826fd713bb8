import type { FailureSubject } from '../facts.ts';
import { any, type FailureClass, HTTP, registry, SKOPEO, sideFlag } from './failure-class.ts';

/** What to check when the connection fails at a proxy. */
const atProxy = (subject: FailureSubject): string | undefined =>
  subject.atProxy &&
  `Check the proxy that HTTPS_PROXY or HTTP_PROXY names; without one, except ${registry(subject)} by NO_PROXY.`;

const withoutTls = (subject: FailureSubject): string =>
  subject.sync === 'file'
    ? 'set "tls-verify: false" for it below "registries"'
    : `add ${sideFlag(subject, 'tls-verify')}=false`;

const certificates = (subject: FailureSubject): string =>
  subject.sync === 'file'
    ? 'name its directory as "cert-dir" below "registries"'
    : `give its directory with ${sideFlag(subject, 'cert-dir')}`;

/** Failures on the way to a registry. A rate limit is among them, since its messages contain those of others. */
export const CONNECTION_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'rate_limited',
    pattern: any('toomanyrequests', 'too many requests to registry', `${HTTP}429\\b`),
    retryable: 'later',
    exitStatus: SKOPEO,
    meaning: 'The registry refuses further requests for now.',
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
    next: (subject) => `If ${registry(subject)} is meant to be used without TLS, ${withoutTls(subject)}.`,
  },
  {
    errorType: 'tls',
    pattern: any('x509: ', 'tls: (?!bad record MAC)'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The certificate of the registry is not trusted, or TLS failed.',
    next: (subject) =>
      `Put the CA into /etc/containers/certs.d/${subject.registry ?? 'REGISTRY'}/ca.crt or ${certificates(subject)}; for a wrong name, use a name that the certificate holds.`,
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
    next: (subject) =>
      atProxy(subject) ?? `Check the spelling of ${registry(subject)} and the resolver (getent hosts HOST).`,
  },
  {
    errorType: 'connection_refused',
    pattern: any('connect: connection refused'),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning: 'Nothing listens at that address.',
    next: (subject) => atProxy(subject) ?? `Check that ${registry(subject)} is up and the port is right.`,
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
      `${HTTP}408\\b`,
    ),
    retryable: 'yes',
    exitStatus: `${SKOPEO}; 124 by --timeout`,
    meaning: 'A time limit was reached: of the network, of --timeout or of --command-timeout.',
    next: (subject) =>
      `Check the connection to ${registry(subject)}; for large images raise --timeout or --command-timeout.`,
  },
];
