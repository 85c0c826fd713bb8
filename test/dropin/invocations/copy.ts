import { type Invocation, MISCOUNTED, REFUSED, SIGSTORE_KEYS_SINCE, tooOld } from '../invocation.ts';

const TO_PLAIN = '--dest-tls-verify=false';

/** Every transport that needs no daemon, in both directions. */
const TRANSPORTS: readonly Invocation[] = [
  { command: 'copy oci:layout:app dir:new' },
  { command: 'copy oci:layout:app dir:dir' },
  { command: 'copy oci:layout:app oci:new:tag' },
  { command: 'copy oci:layout:app oci:layout:again' },
  { command: 'copy oci:layout:app docker-archive:new.tar' },
  { command: 'copy oci:layout:app docker-archive:new.tar:example.org/app:1' },
  { command: 'copy oci:layout:app docker-archive:new.tar:example.org/app:1 --additional-tag example.org/app:2' },
  { command: 'copy oci:layout:app oci-archive:new.tar:tag', unstable: /new\.tar$/ },
  { command: 'copy oci:layout:app docker-archive:docker.tar:example.org/app:1' },
  { command: 'copy dir:dir dir:new' },
  { command: 'copy dir:dir oci:new:tag' },
  { command: 'copy docker-archive:docker.tar dir:new' },
  { command: 'copy docker-archive:docker.tar:example.org/app:1 oci:new:tag' },
  { command: 'copy docker-archive:docker.tar:example.org/app:9 oci:new:tag' },
  { command: 'copy docker-archive:docker.tar:@0 dir:new' },
  { command: 'copy oci-archive:oci.tar dir:new' },
  { command: 'copy oci-archive:oci.tar:app dir:new' },
  { command: 'copy tarball:not-an-image dir:new', unstable: /^work\/new\/(?!version)/ },
  { command: `copy oci:layout:app docker://{plain}/{out}:tag ${TO_PLAIN}` },
  { command: 'copy docker://{plain}/team/app:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{plain}/team/app@{digest} dir:new --src-tls-verify=false' },
  {
    command:
      'copy docker://{plain}/team/app:app docker://{plain}/{out}:tag --src-tls-verify=false --dest-tls-verify=false',
  },
  // Overlay, the default, would leave a mount behind.
  { command: 'copy containers-storage:nope dir:new', env: { STORAGE_DRIVER: 'vfs' } },
  { command: 'copy sif:nope dir:new' },
];

const FLAGS: readonly Invocation[] = [
  { command: 'copy -q oci:layout:app dir:new' },
  { command: 'copy --quiet=true oci:layout:app dir:new' },
  { command: 'copy --quiet=false oci:layout:app dir:new' },
  { command: 'copy -qa oci:layout:list dir:new' },
  { command: 'copy -a oci:layout:list oci:new:list' },
  { command: 'copy --all oci:layout:list dir:new' },
  { command: `copy --all oci:layout:list docker://{plain}/{out}:list ${TO_PLAIN}` },
  { command: 'copy oci:layout:list dir:new' },
  { command: 'copy --multi-arch all oci:layout:list dir:new' },
  { command: 'copy --multi-arch=system oci:layout:list dir:new' },
  { command: 'copy --multi-arch index-only oci:layout:list dir:new' },
  { command: 'copy --multi-arch sideways oci:layout:list dir:new' },
  { command: 'copy --all --multi-arch all oci:layout:list dir:new' },
  { command: 'copy -f v2s2 oci:layout:app dir:new' },
  { command: 'copy -f=v2s2 oci:layout:app dir:new' },
  { command: 'copy -fv2s2 oci:layout:app dir:new' },
  { command: `copy --format v2s1 oci:layout:app docker://{plain}/{out}:tag ${TO_PLAIN}`, unstable: /^registry$/ },
  { command: 'copy --format nonsense oci:layout:app dir:new' },
  { command: 'copy --digestfile digest oci:layout:app dir:new' },
  { command: 'copy --digestfile=digest --all oci:layout:list dir:new' },
  { command: 'copy --digestfile nowhere/digest oci:layout:app dir:new' },
  { command: 'copy --dest-compress oci:layout:app dir:new' },
  { command: 'copy --dest-decompress oci:layout:app dir:new' },
  { command: 'copy --dest-decompress --dest-compress oci:layout:app dir:new' },
  { command: 'copy --dest-compress-format zstd --dest-compress-level 3 oci:layout:app oci:new:tag' },
  { command: 'copy --dest-oci-accept-uncompressed-layers oci:layout:app oci:new:tag' },
  { command: 'copy --preserve-digests --format v2s2 oci:layout:app dir:new' },
  { command: 'copy --remove-signatures oci:layout:app dir:new' },
  { command: 'copy --src-shared-blob-dir layout/blobs oci:layout:app dir:new' },
  { command: 'copy --dest-shared-blob-dir shared oci:layout:app oci:new:tag' },
  { command: 'copy --image-parallel-copies 1 oci:layout:app dir:new', differs: tooOld('1.16.0') },
  {
    command: 'copy --dest-force-compress-format --dest-compress-format gzip oci:layout:app dir:new',
    differs: tooOld('1.21.0'),
  },
  { command: 'copy --retry-times 2 oci:layout:app dir:new' },
  { command: 'copy --retry-times=2 oci:layout:nope dir:new' },
  { command: '--debug copy oci:layout:app dir:new' },
  { command: '--override-arch mips --override-os=plan9 copy oci:layout:foreign dir:new' },
  { command: 'copy --override-arch mips --override-os=plan9 oci:layout:foreign dir:new' },
  { command: 'copy oci:layout:foreign dir:new' },
  { command: '--tmpdir empty copy oci-archive:oci.tar dir:new' },
  { command: 'copy --tmpdir=empty oci-archive:oci.tar dir:new' },
  { command: '--insecure-policy copy oci:layout:app dir:new --policy reject.json' },
  { command: 'copy -- oci:layout:app dir:new' },
  { command: 'copy --quiet -- oci:layout:app dir:new' },
  { command: 'copy -- oci:layout:app dir:new --quiet', differs: MISCOUNTED },
  { command: 'copy oci:layout:app --quiet dir:new' },
  { command: 'copy --user-agent-prefix test oci:layout:app dir:new', differs: tooOld('1.21.0') },
];

const SIGNING: readonly Invocation[] = [
  {
    status: 0,
    command: 'copy --sign-by {key} --sign-identity registry.example/app:1 dir:dir dir:new',
    unstable: /signature-1$/,
  },
  {
    command:
      'copy --sign-by 0123456789ABCDEF0123456789ABCDEF01234567 --sign-identity registry.example/app:1 dir:dir dir:new',
  },
  {
    before: ['copy -q --sign-by {key} --sign-identity registry.example/app:1 dir:dir dir:signed'],
    status: 0,
    command: 'copy --policy signed.json dir:signed dir:new',
    unstable: /signature-1$/,
  },
  { command: 'copy --policy signed.json dir:dir dir:new' },
  { command: '--policy reject.json copy dir:dir dir:new' },
  { command: 'copy --policy=reject.json oci:layout:app dir:new' },
  { command: 'copy --policy broken-policy.json oci:layout:app dir:new' },
  { command: 'copy --policy nowhere.json oci:layout:app dir:new' },
  {
    before: ['copy -q --sign-by {key} --sign-identity registry.example/app:1 dir:dir dir:signed'],
    command: 'copy --format v2s2 dir:signed dir:new',
    unstable: /signature-1$/,
  },
  {
    command: 'copy --sign-by-sigstore-private-key key.private --sign-passphrase-file passphrase oci:layout:app dir:new',
  },
  { command: 'copy --sign-by-sigstore nowhere.yaml oci:layout:app dir:new', differs: tooOld('1.11.0') },
];

const SIGSTORE_KEY = '--sign-by-sigstore-private-key sigstore.private --sign-passphrase-file passphrase';
const TO_ATTACHMENTS = `--registries.d registries.d ${TO_PLAIN}`;
const since = SIGSTORE_KEYS_SINCE;

const SIGSTORE: readonly Invocation[] = [
  {
    since,
    status: 0,
    command: `copy ${SIGSTORE_KEY} --sign-identity registry.example/app:1 dir:dir dir:new`,
    unstable: /signature-1$/,
  },
  {
    since,
    status: 0,
    command: `copy ${SIGSTORE_KEY} oci:layout:app docker://{plain}/{out}:tag ${TO_ATTACHMENTS}`,
    unstable: /registry$/,
  },
  {
    since,
    status: 0,
    command: `copy --sign-by-sigstore sigstore.yaml oci:layout:app docker://{plain}/{out}:tag ${TO_ATTACHMENTS}`,
    unstable: /registry$/,
  },
  {
    since,
    status: 1,
    command: `copy ${SIGSTORE_KEY} oci:layout:app docker://{plain}/{out}:tag ${TO_PLAIN}`,
    unstable: /registry$/,
  },
  { since, status: 1, command: `copy ${SIGSTORE_KEY} oci:layout:app dir:new` },
  {
    since,
    status: 1,
    command: `copy --sign-by-sigstore-private-key sigstore.private --sign-passphrase-file not-an-image oci:layout:app docker://{plain}/{out}:tag ${TO_ATTACHMENTS}`,
  },
  {
    since,
    status: 0,
    before: [`copy -q ${SIGSTORE_KEY} oci:layout:app docker://{plain}/{out}:tag ${TO_ATTACHMENTS}`],
    command:
      'copy --registries.d registries.d --policy sigstore.json docker://{plain}/{out}:tag dir:new --src-tls-verify=false',
    unstable: /signature-1$|^registry$/,
  },
  {
    since,
    status: 1,
    command:
      'copy --registries.d registries.d --policy sigstore.json docker://{plain}/team/app:app dir:new --src-tls-verify=false',
  },
];

const REGISTRIES: readonly Invocation[] = [
  { command: 'copy docker://{plain}/team/app:app dir:new' },
  { command: 'copy docker://{tls}/team/app:app dir:new' },
  { command: 'copy docker://{tls}/team/app:app dir:new --src-cert-dir {certs}' },
  { command: 'copy docker://{tls}/team/app:app dir:new --src-cert-dir=nowhere' },
  { command: 'copy docker://{tls}/team/app:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --src-creds user:pass:word' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --src-creds=user:wrong' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --screds user:pass:word' },
  {
    command:
      'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --src-username user --src-password pass:word',
  },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --authfile auth.json' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --src-authfile=auth.json' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --authfile auth-bad.json' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --authfile auth-broken.json' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --authfile nowhere.json' },
  { command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false --authfile auth.json --src-no-creds' },
  {
    command: 'copy docker://{basic}/team/app:app dir:new --src-tls-verify=false',
    env: { REGISTRY_AUTH_FILE: '{cwd}/auth.json' },
  },
  { command: `copy oci:layout:app docker://{basic}/{out}:tag ${TO_PLAIN} --dest-creds user:pass:word` },
  { command: `copy oci:layout:app docker://{basic}/{out}:tag ${TO_PLAIN} --dest-creds user:wrong` },
  { command: `copy oci:layout:app docker://{basic}/{out}:tag ${TO_PLAIN} --dcreds user:pass:word` },
  {
    command: `copy docker://{basic}/team/app:app docker://{token}/{out}:tag --src-tls-verify=false ${TO_PLAIN} --src-creds user:pass:word --dest-creds user:pass:word`,
  },
  { command: 'copy docker://{token}/team/app:app dir:new --src-tls-verify=false' },
  { command: `copy oci:layout:app docker://{token}/{out}:tag ${TO_PLAIN}` },
  { command: `copy oci:layout:app docker://{token}/{out}:tag ${TO_PLAIN} --dest-authfile auth.json` },
  { command: 'copy docker://{plain}/team/app:nope dir:new --src-tls-verify=false' },
  { command: 'copy docker://{plain}/nope:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{plain}/team/app:app docker-archive:docker.tar --src-tls-verify=false' },
  { command: 'copy docker://127.0.0.1:1/team/app:app dir:new' },
  { command: 'copy docker://{faulty}/fault/denied:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{faulty}/fault/forbidden:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{faulty}/fault/html-404:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{faulty}/fault/broken:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{faulty}/fault/hang-up:app dir:new --src-tls-verify=false' },
  { command: 'copy docker://{faulty}/fault/no-json:app dir:new --src-tls-verify=false' },
  { command: `copy oci:layout:app docker://{faulty}/fault/denied:app ${TO_PLAIN}` },
  { command: `copy oci:layout:app docker://{faulty}/fault/unavailable:app ${TO_PLAIN}` },
  { command: 'copy docker://{none}/team/app:app dir:new --src-tls-verify=false' },
  { command: '--registries-conf blocked.conf copy docker://{plain}/team/app:app dir:new --src-tls-verify=false' },
];

const MISTAKES: readonly Invocation[] = [
  { command: 'copy', differs: MISCOUNTED },
  { command: 'copy oci:layout:app', differs: MISCOUNTED },
  { command: 'copy oci:layout:app dir:a dir:b', differs: MISCOUNTED },
  { command: 'copy oci:layout:nope dir:new' },
  { command: 'copy oci:nowhere:app dir:new' },
  { command: 'copy dir:nowhere dir:new' },
  { command: 'copy dir:empty dir:new' },
  { command: 'copy oci:layout:app dir:full' },
  { command: 'copy oci:layout:app dir:not-an-image' },
  { command: 'copy docker-archive:not-an-image dir:new' },
  { command: 'copy nonsense oci:new' },
  { command: 'copy nonsense:x dir:new' },
  { command: 'copy docker://UPPER/case dir:new' },
  { command: 'copy docker://{plain}/app:tag@{digest} dir:new --src-tls-verify=false' },
  { command: 'copy --nonsense oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy -z oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy oci:layout:app dir:new --format', differs: REFUSED },
  { command: 'copy --quiet=maybe oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy --retry-times many oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy --command-timeout soon oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy --src-creds user:x --src-no-creds oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy --src-creds :x docker://{plain}/team/app:app dir:new', differs: REFUSED },
  { command: 'copy --dest-compress-level high oci:layout:app dir:new' },
];

export const COPY: readonly Invocation[] = [
  ...TRANSPORTS,
  ...FLAGS,
  ...SIGNING,
  ...SIGSTORE,
  ...REGISTRIES,
  ...MISTAKES,
];
