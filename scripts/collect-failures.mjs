#!/usr/bin/env node
/**
 * Collects the fatal messages of recorded skopeo runs into `test/fixtures/failures.json`: version, case, what was done
 * wrong (the class it is meant to fall into, written down here by hand) and the side it was done to.
 *
 * Usage: node scripts/collect-failures.mjs CAPTURES      with CAPTURES/<version>/<case>.<mode>.stderr
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CASES_BY_CLASS = {
  usage:
    'copy-multiarch-bad copy-parallel-1 err-args err-command err-flag err-no-command list-tags-tagged login-no-password sync-digestfile sync-dir-dir sync-dir-missing sync-no-src-transport sync-yaml-invalid',
  disk_full: 'err-disk-full-archive err-disk-full-dir err-disk-full-tmp',
  permission: 'err-permission err-permission-tar',
  invalid_reference:
    'err-both-tag-digest err-no-transport err-reference err-reference-dest err-transport sync-scoped-host-port',
  policy_rejected: 'err-policy err-policy-missing err-policy-signed',
  blocked: 'err-blocked',
  digest_mismatch: 'err-blob-digest err-oci-corrupt err-oci-corrupt-dir',
  rate_limited: 'err-toomany err-toomany-backoff err-toomany-debug err-toomany-ping',
  protocol_mismatch: 'err-http-not-https err-http-not-https-dest login-https',
  tls: 'err-tls-name err-tls-unknown-ca',
  dns: 'err-dns-nxdomain err-dns-servfail',
  connection_refused: 'copy-retry-refused err-refused err-refused-dest login-refused',
  timeout: 'err-timeout err-timeout-hole',
  denied: 'err-auth-token-denied err-denied err-denied-html err-denied-push err-denied-push-manifest',
  unauthorized: 'err-auth-bad err-auth-dest err-auth-none err-auth-token login-bad login-get-none',
  no_matching_platform: 'err-platform inspect-noamd',
  too_large: 'err-413-early',
  manifest_rejected: 'copy-index-only-reg err-manifest-invalid',
  not_found:
    'copy-quiet-fail delete-unknown err-archive-missing err-blob-late err-digest-unknown err-dir-missing err-mirrors err-oci-missing err-oci-tag-unknown err-repo-unknown err-tag-unknown inspect-repo-unknown inspect-tag-unknown list-tags-unknown logout-none manifest-digest-missing sync-fail-fast sync-repo-unknown sync-tag-unknown',
  server_error:
    'copy-retry-blob-503 copy-retry-manifest-503 err-500 err-500-push err-502 err-503 err-503-json err-503-ping err-blob-500',
  connection_lost: 'copy-resume err-blob-truncated err-eof',
  invalid_manifest: 'err-bad-json',
  destination_conflict: 'err-archive-exists sync-docker-dir-exists',
  unsupported: 'copy-all-to-archive delete-dir delete-disabled',
  partial_failure: 'sync-keep-going',
  // Debian's 1.9.3 has no sigstore; nobody else says so.
  unknown: 'copy-all-signed copy-sign-sigstore',
};

const CASES_BY_SIDE = {
  source:
    'copy-quiet-fail copy-resume copy-retry-blob-503 copy-retry-manifest-503 copy-retry-refused err-500 err-502 err-503 err-503-json err-503-ping err-archive-missing err-auth-bad err-auth-none err-auth-token err-auth-token-denied err-bad-json err-blob-500 err-blob-digest err-blob-late err-blob-truncated err-blocked err-both-tag-digest err-denied err-denied-html err-digest-unknown err-dir-missing err-dns-nxdomain err-dns-servfail err-eof err-http-not-https err-mirrors err-no-transport err-oci-corrupt err-oci-corrupt-dir err-oci-missing err-oci-tag-unknown err-platform err-policy err-policy-signed err-reference err-refused err-repo-unknown err-tag-unknown err-timeout-hole err-tls-name err-tls-unknown-ca err-toomany err-toomany-backoff err-toomany-debug err-toomany-ping err-transport sync-fail-fast sync-repo-unknown sync-tag-unknown',
  destination:
    'copy-index-only-reg err-413-early err-500-push err-archive-exists err-auth-dest err-denied-push err-denied-push-manifest err-disk-full-archive err-disk-full-dir err-http-not-https-dest err-manifest-invalid err-permission err-permission-tar err-reference-dest err-refused-dest',
};

const invert = (groups) =>
  new Map(Object.entries(groups).flatMap(([group, cases]) => cases.split(' ').map((name) => [name, group])));
const CLASS_OF = invert(CASES_BY_CLASS);
const SIDE_OF = invert(CASES_BY_SIDE);

/** A Go string literal, of which JSON knows all but a few escapes. */
const decode = (value) =>
  value.startsWith('"')
    ? JSON.parse(
        value.replace(/\\(?:x(..)|a|v|U(.{8})|(.))/g, (sequence, hex, wide, other) => {
          if (hex) return `\\u00${hex}`;
          if (wide) return String.fromCodePoint(Number.parseInt(wide, 16));
          return other === undefined ? `\\u00${sequence === '\\a' ? '07' : '0b'}` : sequence;
        }),
      )
    : value;

/** Session keys have no place in a repository, not even dead ones. */
const withoutState = (message) => message.replace(/_state=[^"&\s\\]*/g, '_state=c2Vzc2lvbg==');

const [captures] = process.argv.slice(2);
if (captures === undefined) throw new Error('usage: collect-failures.mjs CAPTURES');
const failures = new Map();
for (const version of readdirSync(captures).sort()) {
  for (const file of readdirSync(join(captures, version)).sort()) {
    const name = /^(.+)\.\w+\.stderr$/.exec(file)?.[1];
    if (name === undefined) continue;
    const lines = readFileSync(join(captures, version, file), 'utf8').matchAll(
      /^time="[^"]*" level=fatal msg=("(?:[^"\\]|\\.)*"|\S+)/gm,
    );
    for (const [, literal] of lines) {
      const errorType = CLASS_OF.get(name);
      if (errorType === undefined) throw new Error(`${version}/${file} fails, but in which way is not written down`);
      const side = SIDE_OF.get(name);
      const message = withoutState(decode(literal));
      const failure = { version, case: name, errorType, ...(side && { side }), message };
      failures.set(JSON.stringify(failure), failure);
    }
  }
}
const target = join(import.meta.dirname, '../test/fixtures/failures.json');
writeFileSync(target, `${JSON.stringify([...failures.values()], null, 1)}\n`);
process.stdout.write(`${target}: ${failures.size} messages\n`);
