import { type Expectation, type Invocation, MISCOUNTED, REFUSED, SIGSTORE_KEYS_SINCE, tooOld } from '../invocation.ts';

/** Our own engine: docs/differences.md. */
const LOG: Expectation = { id: 'sync-log', in: ['stderr'] };
const STATUS: Expectation = { id: 'sync-status', in: ['exit status'], from: '1.16.0' };
const STRICT: Expectation = { id: 'sync-strict', in: ['exit status'] };
const NO_TRACES: Expectation = { id: 'sync-no-traces', in: ['files'] };

const SYNC: readonly Invocation[] = [
  { command: 'sync --src docker --dest dir --src-tls-verify=false {plain}/team/app:app synced', differs: LOG },
  { command: 'sync -s docker -d dir --src-tls-verify=false {plain}/team/app:app synced', differs: LOG },
  {
    command: 'sync --all --scoped --src docker --dest dir --src-tls-verify=false {plain}/team/app:list synced',
    differs: LOG,
  },
  {
    command:
      'sync --src docker --dest docker --src-tls-verify=false --dest-tls-verify=false {plain}/team/app:app {plain}/{out}',
    differs: LOG,
  },
  {
    command:
      'sync --src docker --dest docker --src-tls-verify=false --dest-tls-verify=false --src-creds user:pass:word {basic}/team/app:app {plain}/{out}',
    differs: LOG,
  },
  { command: 'sync --src dir --dest docker --dest-tls-verify=false dir {plain}/{out}', differs: LOG },
  ...[
    '--sign-by-sigstore-private-key sigstore.private --sign-passphrase-file passphrase',
    '--sign-by-sigstore sigstore.yaml',
  ].map((key) => ({
    since: SIGSTORE_KEYS_SINCE,
    status: 0,
    command: `sync ${key} --registries.d registries.d --src docker --dest docker --src-tls-verify=false --dest-tls-verify=false {plain}/team/app:app {plain}/{out}`,
    differs: LOG,
    unstable: /^registry$/,
  })),
  { command: 'sync --src yaml --dest dir sync.yaml synced', differs: LOG },
  {
    before: ['sync --src docker --dest dir --src-tls-verify=false {plain}/team/app:app synced'],
    command: 'sync --src docker --dest dir --src-tls-verify=false {plain}/team/app:app synced',
    differs: [LOG, STRICT],
  },
  { command: 'sync --src yaml --dest dir sync-none.yaml synced', differs: [LOG, NO_TRACES, STATUS] },
  { command: 'sync --src yaml --dest dir --keep-going sync-none.yaml synced', differs: [LOG, NO_TRACES] },
  { command: 'sync --src yaml --dest dir sync-broken.yaml synced', differs: REFUSED },
  {
    command: 'sync --dry-run --src docker --dest dir --src-tls-verify=false {plain}/team/app synced',
    differs: [LOG, { id: 'sync-dry-run', in: ['stdout', 'files'] }],
  },
  { command: 'sync --src docker --dest dir --src-tls-verify=false {plain}/nope synced', differs: LOG },
  { command: 'sync --src dir --dest dir dir synced', differs: REFUSED },
  {
    command: 'sync --src docker --dest dir x',
    differs: MISCOUNTED,
  },
  {
    command: 'sync --src docker --dest dir --append-suffix -x --src-tls-verify=false {plain}/team/app:app synced',
    differs: [
      { ...LOG, from: '1.11.0' },
      { id: 'sync-any-version', in: ['exit status', 'stdout', 'files', 'stderr'], below: '1.11.0' },
    ],
  },
  { command: 'sync oci:layout:app dir:new', differs: REFUSED },
];

const LOGIN: readonly Invocation[] = [
  { command: 'login --tls-verify=false --authfile new.json -u user -p pass:word {basic}' },
  { command: 'login --tls-verify=false --authfile=new.json --username user --password=pass:word {basic}' },
  { command: 'login --tls-verify=false --authfile new.json -u user --password-stdin {basic}', input: 'pass:word\n' },
  { command: 'login --tls-verify=false -u user -p pass:word {basic}' },
  { command: 'login --tls-verify=false -v -u user -p pass:word {basic}' },
  { command: 'login --tls-verify=false --authfile new.json -u user -p wrong {basic}' },
  { command: 'login --tls-verify=false --authfile new.json -u user {basic}' },
  { command: 'login --tls-verify=false --authfile new.json {basic}' },
  { command: 'login --tls-verify=false --authfile auth.json --get-login {basic}' },
  { command: 'login --authfile auth.json --get-login registry.example' },
  { command: 'login --authfile auth.json', differs: REFUSED },
  { command: 'login --authfile auth.json {basic} {plain}', differs: REFUSED },
  {
    command: 'login --tls-verify=false --authfile new.json -u user -p x --password-stdin {basic}',
    input: 'x',
    differs: REFUSED,
  },
  { command: 'login --tls-verify=false --authfile new.json -u user -p x 127.0.0.1:1' },
  { command: 'login -u user -p x {plain}/team/app' },
  {
    command: 'login --tls-verify=false --compat-auth-file new.json -u user -p pass:word {basic}',
    differs: tooOld('1.14.0'),
  },
  { command: 'logout --authfile auth.json {basic}' },
  { command: 'logout --authfile auth.json --all' },
  { command: 'logout --authfile=auth.json -a' },
  { command: 'logout --authfile auth.json registry.example' },
  { command: 'logout --authfile auth.json' },
  { command: 'logout --authfile auth.json {basic} {plain}', differs: REFUSED },
];

const REST: readonly Invocation[] = [
  {
    command: 'generate-sigstore-key --output-prefix k --passphrase-file passphrase',
    unstable: /k\.(pub|private)$/,
    differs: tooOld('1.11.0'),
  },
  {
    command: 'generate-sigstore-key --output-prefix nowhere/k --passphrase-file passphrase',
    differs: tooOld('1.11.0'),
  },
  { command: 'layers oci:layout:app {layer}', unstable: /layers-/ },
  { command: 'layers', differs: REFUSED },
  { command: 'untrusted-signature-dump-without-verification not-an-image' },
  { command: 'untrusted-signature-dump-without-verification', differs: REFUSED },
  { command: 'experimental-image-proxy --sockfd 99' },
  { command: 'experimental-image-proxy --sockfd 99 x', differs: REFUSED },
  { command: 'generate-sigstore-key x', differs: REFUSED },
  { command: 'future-command --with flags', differs: REFUSED },
  { command: '--nonsense copy oci:layout:app dir:new', differs: REFUSED },
  { command: '-q copy oci:layout:app dir:new', differs: REFUSED },
  { command: '-v copy oci:layout:app dir:new', status: 0 },
  { command: '--version copy -q oci:layout:app dir:new', status: 0 },
  { command: '--version=false inspect --raw oci:layout:app', status: 0 },
  { command: '--version --debug=false manifest-digest dir/manifest.json', status: 0 },
  { command: '-v future-command' },
  { command: 'copy -v oci:layout:app dir:new', differs: REFUSED },
  { command: 'copy --version oci:layout:app dir:new', differs: REFUSED },
  { command: '--version --nonsense', differs: REFUSED },
  { command: '--version=maybe', differs: REFUSED },
  { command: '-v=false', differs: REFUSED },
  { command: '-- --version', differs: REFUSED },
  { command: '--tls-verify=false copy docker://{plain}/team/app:app dir:new' },
  { command: '--tls-verify=false inspect docker://{plain}/team/app:app' },
];

/** What the wrapper does in its own way: docs/differences.md. */
const OWN_WAY: readonly Invocation[] = [
  { command: '--version', differs: { id: 'help-and-version', in: ['stdout'] } },
  { command: '--debug -v', differs: { id: 'help-and-version', in: ['stdout'] } },
  { command: '-v --help', differs: { id: 'help-and-version', in: ['stdout'] } },
  { command: '--version help', differs: { id: 'help-and-version', in: ['stdout'] } },
  { command: '--help', differs: { id: 'help-and-version', in: ['stdout'] } },
  { command: 'copy --help', differs: { id: 'help-and-version', in: ['stdout'] } },
  { command: 'help inspect', differs: { id: 'help-and-version', in: ['stdout'] } },
  {
    command: 'copy oci:layout:app dir:full-disk',
    fullStdout: true,
    differs: { id: 'lost-output', in: ['exit status'] },
  },
  {
    command: '--command-timeout 1ms inspect --tls-verify=false docker://{plain}/team/app:app',
    differs: { id: 'timeout-status', in: ['exit status', 'stderr'] },
  },
  {
    command: 'inspect --retry-times 1 --tls-verify=false docker://{faulty}/fault/hang-up:app',
    differs: { id: 'retry-lines', in: ['stderr'] },
  },
  {
    command: 'copy --src-registry-token token docker://{plain}/team/app:app dir:new --src-tls-verify=false',
    differs: { id: 'registry-token', in: ['stdout', 'exit status', 'files'] },
  },
  {
    command: 'inspect docker://user:secret@{plain}/team/app:app',
    differs: { id: 'reference-credentials', in: ['exit status', 'stderr'] },
  },
  {
    command: 'copy --src-username user docker://{plain}/team/app:app dir:new --src-tls-verify=false',
    differs: REFUSED,
  },
];

export const OTHER: readonly Invocation[] = [...SYNC, ...LOGIN, ...REST, ...OWN_WAY];
