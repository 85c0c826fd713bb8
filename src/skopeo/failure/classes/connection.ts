import type { FailureSubject } from '../facts.ts';
import {
  any,
  type FailureClass,
  offers,
  oneOf,
  registry,
  SKOPEO,
  type SpecialStep,
  says,
  sideFlag,
} from './failure-class.ts';
import { loginCommand } from './registry-commands.ts';

const THE_PROXY = 'the proxy that HTTPS_PROXY or HTTP_PROXY names';

/** What to check when the connection fails at a proxy. */
const PROXY_STEP: SpecialStep = {
  where: 'the proxy cannot be reached',
  applies: says(/: proxyconnect tcp: /),
  next: (subject) => `Check ${THE_PROXY}; without one, except ${registry(subject)} by NO_PROXY.`,
};

/** Registries send for blobs, and for tokens, to other hosts. */
const OTHER_HOST: SpecialStep = {
  where: 'the registry sends to another host, such as that of its blobs or its tokens',
  applies: ({ otherHost }) => otherHost !== undefined,
  next: ({ otherHost = 'that host', ...subject }) =>
    `${registry(subject)} sends to ${otherHost}, which cannot be reached: let it through the firewall or the proxy.`,
};

const withoutTls = (subject: FailureSubject): string => {
  if (subject.sync === 'file') return 'set "tls-verify: false" for it below "registries"';
  const flag = sideFlag(subject, 'tls-verify');
  return offers(subject, flag) ? `add --${flag}=false` : 'set "insecure = true" for it in registries.conf';
};

/** Another place for certificates than the system's. */
const orElsewhere = (subject: FailureSubject): string => {
  if (subject.sync === 'file') return ' or name its directory as "cert-dir" below "registries"';
  const flag = sideFlag(subject, 'cert-dir');
  return offers(subject, flag) ? ` or give its directory with --${flag}` : '';
};

/** The host that was asked: the registry, or one that it sends to. */
const host = (subject: FailureSubject): string => subject.otherHost ?? subject.registry ?? 'REGISTRY';

/** Failures on the way to a registry. A rate limit is among them, since its messages contain those of others. */
export const CONNECTION_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'rate_limited',
    pattern: any('toomanyrequests', 'too many requests to registry'),
    answers: [
      { words: /\btoomanyrequests\b|\brate limit|too many requests/i },
      { codes: ['toomanyrequests'] },
      { status: oneOf(429) },
    ],
    retryable: 'later',
    because: 'allowances are renewed',
    exitStatus: SKOPEO,
    meaning: 'The registry refuses further requests for now.',
    next: (subject) =>
      `Wait${subject.registry === 'docker.io' ? ' (Docker Hub counts pulls over 6 hours)' : ''}, or log in for a higher limit: ${loginCommand(subject)}.`,
  },
  {
    errorType: 'proxy_refused',
    // Go makes the words behind the proxy's status the whole error; its own errors begin in lower case, save EOF.
    pattern: any(
      '"URL": (?!EOF$|Internal Server Error$|Bad Gateway$|Service Unavailable$|Gateway Time-?out$)[A-Z][\\w\' -]*\\)?$',
    ),
    answers: [{ status: oneOf(407, 511) }],
    retryable: 'no',
    because: 'its rules stay as they are',
    exitStatus: SKOPEO,
    meaning: 'A proxy on the way to the registry refuses the connection.',
    next: (subject) =>
      `Have ${host(subject)} allowed at ${THE_PROXY}, or except it by NO_PROXY if it can be reached directly.`,
    special: [
      {
        where: 'the proxy wants a login',
        applies: says(/Proxy Authentication Required$|\b407\b/),
        next: () => `Give ${THE_PROXY} its credentials: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT.`,
      },
    ],
  },
  {
    errorType: 'proxy_failed',
    pattern: any('"URL": (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)\\)?$'),
    retryable: 'yes',
    because: 'the proxy, or what it reached, may be back',
    exitStatus: SKOPEO,
    meaning: 'A proxy on the way to the registry could not connect to it.',
    next: (subject) =>
      `Check that ${THE_PROXY} reaches ${host(subject)}; if it can be reached directly, except it by NO_PROXY.`,
  },
  {
    errorType: 'protocol_mismatch',
    pattern: any(
      'server gave HTTP response to HTTPS client',
      'first record does not look like a TLS handshake',
      'malformed HTTP response',
    ),
    answers: [{ words: /plain HTTP request|sent an HTTP request to an HTTPS server/ }, { status: oneOf(426, 497) }],
    retryable: 'no',
    because: 'the same port speaks the same protocol',
    exitStatus: SKOPEO,
    meaning: 'The registry speaks HTTP where HTTPS was expected, or the reverse.',
    next: (subject) => `If ${registry(subject)} is meant to be used without TLS, ${withoutTls(subject)}.`,
    special: [
      {
        where: 'plain HTTP came to an HTTPS port',
        applies: says(
          /plain HTTP request|sent an HTTP request to an HTTPS server|first record does not look like|: 497\b/,
        ),
        next: (subject) =>
          `${registry(subject)} speaks HTTPS at that port: take away what turns TLS off for it (tls-verify, "insecure" in registries.conf).`,
      },
    ],
  },
  {
    errorType: 'tls',
    pattern: any('x509: ', 'tls: (?!bad record MAC)'),
    answers: [{ words: /No required SSL cert|SSL certificate error/i }, { status: oneOf(495, 496) }],
    retryable: 'no',
    because: 'certificates stay as they are',
    exitStatus: SKOPEO,
    meaning: 'The certificate of the registry is not trusted, or TLS failed.',
    next: (subject) =>
      `Put the CA of ${host(subject)} into /etc/containers/certs.d/${host(subject)}/ca.crt${orElsewhere(subject)}.`,
    special: [
      {
        where: 'the certificate is not valid yet',
        applies: says(/certificate has expired or is not yet valid: current time \S+ is before /),
        next: (subject) =>
          `Set the clock of this host (timedatectl): by it, the certificate of ${host(subject)} begins in the future.`,
      },
      {
        where: 'the certificate has expired',
        applies: says(/certificate has expired/),
        next: (subject) =>
          `Ask who runs ${host(subject)} to renew its certificate; check the clock of this host (timedatectl), too.`,
      },
      {
        where: 'the certificate is for other names',
        applies: says(/certificate is (?:valid for|not valid for)|IP SANs|legacy Common Name/),
        next: (subject) =>
          `Use a name that the certificate of ${host(subject)} holds, or have one made with that name as a subject alternative name.`,
      },
      {
        where: 'the server wants a client certificate',
        applies: says(/tls: (?:certificate required|bad certificate)|No required SSL cert|\b496\b/),
        next: (subject) =>
          `Put client.cert and client.key into /etc/containers/certs.d/${host(subject)}/${orElsewhere(subject)}.`,
      },
      {
        where: 'no version or cipher is common to both',
        applies: says(/protocol version not supported|handshake failure/),
        next: (subject) => `Have ${host(subject)} offer TLS 1.2 or newer; a proxy that opens TLS may be what answers.`,
      },
    ],
  },
  {
    errorType: 'dns',
    pattern: any('\\blookup \\S+(?: on \\S+)?: ', 'Temporary failure in name resolution'),
    retryable: 'yes',
    because: 'resolvers come back',
    exitStatus: SKOPEO,
    meaning: 'The name of the registry cannot be resolved.',
    next: (subject) => `Check the spelling of ${registry(subject)} and the resolver (getent hosts HOST).`,
    special: [
      PROXY_STEP,
      {
        where: 'the resolver does not answer',
        applies: says(/\blookup \S+ on (?:.*(?:connection refused|i\/o timeout|unreachable)|\S+: server misbehaving)/),
        next: () => 'Check the resolver that /etc/resolv.conf names: it does not answer, or not properly.',
      },
      OTHER_HOST,
    ],
  },
  {
    errorType: 'connection_refused',
    pattern: any('connect: connection refused'),
    retryable: 'yes',
    because: 'services come back after a restart',
    exitStatus: SKOPEO,
    meaning: 'Nothing listens at that address.',
    next: (subject) => `Check that ${registry(subject)} is up and the port is right.`,
    special: [PROXY_STEP, OTHER_HOST],
  },
  {
    errorType: 'unreachable',
    pattern: any('connect: (?:no route to host|network is unreachable|operation not permitted|permission denied)'),
    retryable: 'yes',
    because: 'routes come back',
    exitStatus: SKOPEO,
    meaning: 'There is no network path to the registry.',
    next: (subject) =>
      `Check network, firewall and proxy settings (HTTPS_PROXY, NO_PROXY) towards ${registry(subject)}.`,
    special: [PROXY_STEP, OTHER_HOST],
  },
  {
    errorType: 'timeout',
    pattern: any(
      'context deadline exceeded',
      'i/o timeout',
      'TLS handshake timeout',
      'Client\\.Timeout exceeded',
      'timeout awaiting response headers',
      'connection timed out',
    ),
    answers: [{ status: oneOf(408) }],
    retryable: 'yes',
    because: 'the next attempt may be faster',
    exitStatus: `${SKOPEO}; 124 by --timeout`,
    meaning: 'A time limit was reached: of the network, of --timeout or of --command-timeout.',
    next: (subject) =>
      `Check the connection to ${registry(subject)}; for large images raise --timeout or --command-timeout.`,
    special: [OTHER_HOST],
  },
];
