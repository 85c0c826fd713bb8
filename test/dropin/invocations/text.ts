import { type Invocation, MISCOUNTED, REFUSED } from '../invocation.ts';

const INSPECT: readonly Invocation[] = [
  { command: 'inspect oci:layout:app' },
  { command: 'inspect oci:layout:list' },
  { command: 'inspect --raw oci:layout:app' },
  { command: 'inspect --raw oci:layout:list' },
  { command: 'inspect --config oci:layout:app' },
  { command: 'inspect --config --raw oci:layout:app' },
  { command: 'inspect -n oci:layout:app' },
  { command: 'inspect -f {{.Digest}} oci:layout:app' },
  { command: 'inspect --format={{.Nope}} oci:layout:app' },
  { command: 'inspect dir:dir' },
  { command: 'inspect docker-archive:docker.tar' },
  { command: 'inspect oci-archive:oci.tar' },
  { command: 'inspect oci:layout:nope' },
  { command: 'inspect dir:nowhere' },
  { command: 'inspect', differs: REFUSED },
  { command: 'inspect oci:layout:app dir:dir', differs: REFUSED },
  { command: 'inspect nonsense' },
  { command: 'inspect --nonsense oci:layout:app', differs: REFUSED },
  { command: 'inspect --override-arch nope oci:layout:list' },
  { command: 'inspect --tls-verify=false docker://{plain}/team/app:app' },
  { command: 'inspect --tls-verify=false --no-tags docker://{plain}/team/app:app' },
  { command: 'inspect --tls-verify=false --raw docker://{plain}/team/app:list' },
  { command: 'inspect --tls-verify=false --raw docker://{plain}/team/app@{digest}' },
  { command: 'inspect --cert-dir {certs} docker://{tls}/team/app:app' },
  { command: 'inspect docker://{tls}/team/app:app' },
  { command: 'inspect --tls-verify=false docker://{basic}/team/app:app' },
  { command: 'inspect --tls-verify=false --creds user:pass:word docker://{basic}/team/app:app' },
  { command: 'inspect --tls-verify=false --username user --password pass:word docker://{basic}/team/app:app' },
  { command: 'inspect --tls-verify=false --authfile=auth.json docker://{basic}/team/app:app' },
  { command: 'inspect --tls-verify=false docker://{plain}/team/app:nope' },
  { command: 'inspect --tls-verify=false docker://{faulty}/fault/denied:app' },
  { command: 'inspect --tls-verify=false --retry-times 0 docker://{faulty}/fault/unavailable:app' },
  { command: 'inspect --policy reject.json oci:layout:app' },
];

const LIST_TAGS: readonly Invocation[] = [
  { command: 'list-tags --tls-verify=false docker://{plain}/team/app' },
  { command: 'list-tags --tls-verify=false docker://{plain}/team/app:app' },
  { command: 'list-tags --tls-verify=false docker://{plain}/nope' },
  { command: 'list-tags --tls-verify=false --creds=user:pass:word docker://{basic}/team/app' },
  { command: 'list-tags --tls-verify=false --creds=user:wrong docker://{basic}/team/app' },
  { command: 'list-tags --tls-verify=false --no-creds docker://{basic}/team/app' },
  { command: 'list-tags --tls-verify=false docker://{faulty}/fault/forbidden' },
  { command: 'list-tags docker-archive:docker.tar' },
  { command: 'list-tags oci:layout' },
  { command: 'list-tags', differs: MISCOUNTED },
  { command: 'list-tags oci:layout dir:dir', differs: MISCOUNTED },
];

const DELETE: readonly Invocation[] = [
  {
    before: ['copy -q --dest-tls-verify=false oci:layout:app docker://{plain}/{out}:tag'],
    command: 'delete --tls-verify=false docker://{plain}/{out}:tag',
  },
  {
    before: ['copy -q --dest-tls-verify=false --dest-creds user:pass:word oci:layout:app docker://{basic}/{out}:tag'],
    command: 'delete --tls-verify=false --creds user:pass:word docker://{basic}/{out}:tag',
  },
  { command: 'delete --tls-verify=false docker://{plain}/team/app:nope' },
  { command: 'delete dir:dir' },
  { command: 'delete oci:layout:app' },
  { command: 'delete', differs: REFUSED },
];

const LOCAL: readonly Invocation[] = [
  { command: 'manifest-digest dir/manifest.json' },
  { command: 'manifest-digest not-an-image' },
  { command: 'manifest-digest nowhere' },
  { command: 'manifest-digest', differs: REFUSED },
  { command: 'manifest-digest --nonsense x', differs: REFUSED },
  { command: 'standalone-sign dir/manifest.json registry.example/app:1 {key} --output sig', unstable: /sig$/ },
  { command: 'standalone-sign -o sig dir/manifest.json registry.example/app:1 {key}', unstable: /sig$/ },
  { command: 'standalone-sign dir/manifest.json registry.example/app:1 {key}' },
  { command: 'standalone-sign -o sig nowhere registry.example/app:1 {key}' },
  {
    before: ['standalone-sign -o sig dir/manifest.json registry.example/app:1 {key}'],
    command: 'standalone-verify dir/manifest.json registry.example/app:1 {key} sig',
    unstable: /sig$/,
  },
  { command: 'standalone-verify dir/manifest.json registry.example/app:1 {key} not-an-image' },
  { command: 'standalone-verify', differs: REFUSED },
  { command: 'standalone-sign -o sig dir/manifest.json registry.example/app:1', differs: REFUSED },
];

export const TEXT: readonly Invocation[] = [...INSPECT, ...LIST_TAGS, ...DELETE, ...LOCAL];
