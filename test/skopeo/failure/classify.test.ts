import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { DOCS_PAGE, errorsPage } from '../../../scripts/docs-errors.mjs';
import { Redactor } from '../../../src/secrets/redactor.ts';
import { Secret } from '../../../src/secrets/secret.ts';
import { classifyFailure, classifyMessage, FAILURE_CLASSES } from '../../../src/skopeo/failure/classify.ts';
import { ERROR_TYPES } from '../../../src/tracking/vocabulary.ts';

describe('the failure table', () => {
  it('has one row for every error type, in the order of the vocabulary', () => {
    assert.deepEqual(
      FAILURE_CLASSES.map(({ errorType }) => errorType),
      [...ERROR_TYPES],
    );
  });

  it('says a next step with and without knowing registry and path', () => {
    for (const { next, errorType } of FAILURE_CLASSES) {
      for (const subject of [{}, { registry: 'reg.example', path: '/srv/x', side: 'source' as const }]) {
        assert.match(next(subject), /^[A-Z].*[.:?)]$/, errorType);
        assert.doesNotMatch(next(subject), /undefined/, errorType);
      }
    }
  });

  it('names to sync no attempts that it has made, and to a file no flags that it refuses', () => {
    const refused = /--(?:retry-times|(?:src-|dest-)?(?:tls-verify|cert-dir)|all|format|override-\w+)/;
    for (const { next, errorType } of FAILURE_CLASSES) {
      const subject = { registry: 'reg.example', flagPrefix: 'src-' as const };
      assert.doesNotMatch(next({ ...subject, sync: 'file' }), refused, errorType);
      assert.match(next({ ...subject, sync: 'file' }), /^[A-Z].*[.:?)]$/, errorType);
      assert.doesNotMatch(next({ ...subject, sync: 'flags' }), /--retry-times/, errorType);
    }
  });

  it('is what the documentation says', () => {
    assert.equal(readFileSync(DOCS_PAGE, 'utf8'), errorsPage(), 'run npx node scripts/docs-errors.mjs');
  });
});

const FAILURES = z
  .array(
    z.object({
      version: z.string(),
      case: z.string(),
      errorType: z.enum(ERROR_TYPES),
      side: z.enum(['source', 'destination']).optional(),
      message: z.string(),
      /** Where the words are from that were not recorded here. */
      source: z.string().optional(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/failures.json', import.meta.url), 'utf8')));

describe('recorded failures', () => {
  it('cover three versions of skopeo and most classes', () => {
    assert.deepEqual(new Set(FAILURES.map(({ version }) => version)), new Set(['1.18.0', '1.22.0', '1.9.3']));
    assert.ok(new Set(FAILURES.map(({ errorType }) => errorType)).size >= 25);
  });

  for (const version of ['1.9.3', '1.18.0', '1.22.0']) {
    it(`of ${version} fall into the class of what was done wrong, on the side it was done to`, () => {
      for (const { case: name, errorType, side, message } of FAILURES.filter((one) => one.version === version)) {
        const failure = classifyFailure({ exitCode: 1, stderrFatal: message });
        assert.equal(failure.errorType, errorType, `${name}: ${message}`);
        if (side !== undefined) assert.equal(failure.side, side, `${name}: ${message}`);
      }
    });
  }
});

describe('classifyFailure', () => {
  it('knows a registry in read-only mode', () => {
    const message =
      'writing blob: initiating layer upload to /v2/x/blobs/uploads/ in reg.example:5000: unsupported: The operation is unsupported.';
    assert.equal(classifyMessage(message), 'unsupported');
  });

  it('tells what an unusual image stands in the way of', () => {
    const messages = [
      [
        'Copying a schema1 image with an embedded Docker reference to docker://r/a:1 (Docker reference r/a:1) would change the manifest, which we cannot do: "Instructed to preserve digests"',
        /--preserve-digests/,
      ],
      [
        'copying image 3/3 from manifest list: creating an updated image manifest: Unknown media type during manifest conversion: "application/vnd.in-toto+json"',
        /--format/,
      ],
      [
        'creating an updated image manifest: unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"',
        /--format/,
      ],
      [
        'copying image 2/2 from manifest list: Unexpectedly received a manifest list instead of a manifest for a single image',
        /--all/,
      ],
    ] as const;
    for (const [stderrFatal, step] of messages) {
      const { errorType, next } = classifyFailure({ exitCode: 1, stderrFatal });
      assert.equal(errorType, 'unsupported', stderrFatal);
      assert.match(next, step);
    }
  });

  const refused =
    'trying to reuse blob sha256:1d at destination: pinging container registry reg.example:5000: Get "https://reg.example:5000/v2/": dial tcp 10.0.0.1:5000: connect: connection refused';

  it('names registry and side, and what to do next', () => {
    const failure = classifyFailure({ exitCode: 1, stderrFatal: refused });
    assert.equal(failure.registry, 'reg.example:5000');
    assert.equal(failure.side, 'destination');
    assert.match(failure.next, /reg\.example:5000 is up/);
    assert.equal(failure.docs, 'docs/errors.md#connection_refused');
  });

  it('looks at the proxy where that could not be reached', () => {
    const start =
      'initializing source docker://r/a:1: pinging container registry r: Get "https://r/v2/": proxyconnect tcp: ';
    const ends = [
      ['dial tcp 10.0.0.1:3128: connect: connection refused', 'connection_refused'],
      ['dial tcp: lookup proxy.internal: no such host', 'dns'],
    ];
    for (const [end, errorType] of ends) {
      const failure = classifyFailure({ exitCode: 1, stderrFatal: start + end });
      assert.equal(failure.errorType, errorType);
      assert.match(failure.next, /^Check the proxy that HTTPS_PROXY .* except r by NO_PROXY\.$/);
    }
  });

  it('names the flag of the side', () => {
    const stderrFatal =
      'pinging container registry r: Get "https://r/v2/": http: server gave HTTP response to HTTPS client';
    const next = (start: string, destination?: string) =>
      classifyFailure({ exitCode: 1, stderrFatal: start + stderrFatal, source: 'docker://r/a', destination }).next;
    assert.match(next('initializing source docker://r/a:1: ', 'dir:b'), / --src-tls-verify=false/);
    assert.match(next('trying to reuse blob sha256:1d at destination: ', 'docker://r/b'), / --dest-tls-verify=false/);
    assert.match(next('Error parsing image name "docker://r/a": '), / --tls-verify=false/);
  });

  it('sees the cause at the end of a long message', () => {
    const stderrFatal = `initializing source docker://r/a:1: reading manifest 1 in r/a: ${'page '.repeat(10_000)}: EOF`;
    assert.equal(classifyFailure({ exitCode: 1, stderrFatal }).errorType, 'connection_lost');
  });

  it('names the path', () => {
    const stderrFatal = 'writing blob: write /mnt/images/app/dir-put-blob12: no space left on device';
    assert.equal(classifyFailure({ exitCode: 1, stderrFatal }).path, '/mnt/images/app/dir-put-blob12');
  });

  it('takes the registry from the references where the message has none', () => {
    const stderrFatal =
      'reading blob sha256:1d: fetching blob: received unexpected HTTP status: 503 Service Unavailable';
    const failure = classifyFailure({ exitCode: 1, stderrFatal, source: 'docker://alpine', destination: 'dir:/x' });
    assert.equal(failure.registry, 'docker.io');
  });

  it('takes a transmission that was damaged for a lost connection, not for a wrong certificate', () => {
    const message = 'writing blob: Patch "https://r/v2/a": happened during read: local error: tls: bad record MAC';
    assert.equal(classifyMessage(message), 'connection_lost');
    assert.equal(classifyMessage('Get "https://r/v2/": remote error: tls: handshake failure'), 'tls');
  });

  it('is not misled by words that users choose', () => {
    const names = 'quota.example/denied/x509: ';
    const message = `initializing source docker://${names}reading manifest 429 in ${names}manifest unknown`;
    assert.equal(classifyMessage(message), 'not_found');
    const lost =
      'initializing source docker://tls/quota: pinging container registry quota: Get "http://quota/v2/": EOF';
    assert.equal(classifyMessage(lost), 'connection_lost');
  });

  it('counts the last endpoint, not the mirrors before it', () => {
    const message =
      'initializing source docker://r/a:1: (Mirrors also failed: [m/a:1: Get "http://m/v2/": connect: connection refused]): r/a:1: reading manifest 1 in r/a: manifest unknown';
    assert.equal(classifyMessage(message), 'not_found');
  });

  it('passes the status of skopeo on', () => {
    assert.equal(classifyFailure({ exitCode: 2, stderrFatal: 'manifest unknown' }).exitCode, 2);
    assert.equal(classifyFailure({ exitCode: 1, stderrFatal: 'whatever' }).exitCode, 1);
  });

  it('tells a signal of others from our own doing', () => {
    const killed = classifyFailure({ exitCode: null, signal: 'SIGKILL' });
    assert.deepEqual([killed.errorType, killed.exitCode], ['killed', 137]);
    const gone = classifyFailure({ exitCode: null, signal: 'SIGPIPE' });
    assert.deepEqual([gone.errorType, gone.exitCode, gone.retryable], ['reader_gone', 141, 'no']);
    const canceled = classifyFailure({ exitCode: null, signal: 'SIGTERM', reason: 'canceled' });
    assert.deepEqual([canceled.errorType, canceled.exitCode], ['canceled', 143]);
    const stalled = classifyFailure({ exitCode: null, signal: 'SIGTERM', reason: 'stalled' });
    assert.deepEqual([stalled.errorType, stalled.exitCode, stalled.retryable], ['stalled', 124, 'yes']);
  });

  it('lets our reason go before what skopeo says while it ends', () => {
    const failure = classifyFailure({ exitCode: 1, stderrFatal: 'writing blob: unexpected EOF', reason: 'timeout' });
    assert.deepEqual([failure.errorType, failure.exitCode], ['timeout', 124]);
  });

  it('takes status 2 without a word for a crash', () => {
    assert.equal(classifyFailure({ exitCode: 2 }).errorType, 'crashed');
    assert.equal(classifyFailure({ exitCode: 1 }).errorType, 'unknown');
  });

  it('shows no secret and no endless message', () => {
    const stderrFatal = `logging in with hunter2-canary: "https://u:pw@reg/v2/?_state=abc" ${'x'.repeat(5000)}`;
    const redactor = new Redactor();
    redactor.learn(new Secret('hunter2-canary'));
    const { message } = classifyFailure({ exitCode: 1, stderrFatal, redactor });
    assert.doesNotMatch(message, /hunter2|u:pw|abc/);
    assert.equal(message.length, 1000);
  });
});
