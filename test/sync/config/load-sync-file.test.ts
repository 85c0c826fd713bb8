// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax under test
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ConfigurationError } from '../../../src/config/problem.ts';
import { loadSyncFile, renderExpandedFile } from '../../../src/sync/config/load-sync-file.ts';

const load = (text: string, env: Record<string, string> = {}) => loadSyncFile('/etc/mirror.yml', text, env);

/** The problems of a text as `line:column message`. */
const problems = (text: string, env: Record<string, string> = {}): readonly string[] => {
  try {
    load(text, env);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    assert.equal(error.exitCode, 64);
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  return [];
};

test('the example in the package is valid', async () => {
  const path = new URL('../../../examples/mirror.yml', import.meta.url);
  const { job } = loadSyncFile(path.pathname, await readFile(path, 'utf8'), {});
  assert.equal(job.name, 'nightly-mirror');
  assert.equal(job.entries.length, 5);
  assert.deepEqual(job.prune, { maxShare: 0.2 });
});

test('a small file becomes a job with the defaults of the documentation', () => {
  const { job } = load('images:\n  - source: quay.io/coreos/etcd\n    destination: reg.example/{{path}}\n');
  const [entry] = job.entries;
  assert.deepEqual(entry?.source, { kind: 'repository', registry: 'quay.io', path: 'coreos/etcd' });
  assert.equal(entry?.line, 2);
  assert.deepEqual(entry?.copy, { content: 'all', preserveDigests: true });
  assert.deepEqual(entry?.selection, {
    tags: [],
    digests: [],
    rules: { include: [], exclude: [], versions: [] },
    minimum: 1,
  });
  assert.equal(job.parallel, 8);
  assert.deepEqual(job.retry, { times: 3, delaySeconds: 2, maxDelaySeconds: 120 });
  assert.equal(job.stallTimeoutSeconds, 300);
});

test('an entry overrides defaults key by key, rules of tags one by one', () => {
  const { job } = load(`
defaults:
  destination: a.example/{{path}}
  platforms: [linux/arm/v7]
  tags: { exclude: ['*rc*'], min: 3, latest: 9 }
images:
  - source: quay.io/x/one
  - source: quay.io/x/two
    platforms: system
    destination: ['b.example/{{name}}', 'oci:/srv/{{name}}']
    tags: { latest: 2 }
  - source: quay.io/x/three
    tags: [v1]
  - source: quay.io/x/four:v2
`);
  const [one, two, three, four] = job.entries;
  assert.deepEqual(one?.copy.content, [{ os: 'linux', architecture: 'arm', variant: 'v7' }]);
  assert.equal(one?.selection.minimum, 3);
  assert.equal(two?.copy.content, 'system');
  assert.equal(two?.copy.preserveDigests, false);
  assert.deepEqual(
    two?.destinations.map(({ text }) => text),
    ['b.example/{{name}}', 'oci:/srv/{{name}}'],
  );
  assert.deepEqual(two?.selection.rules?.latest, { count: 2, by: 'semver' });
  assert.deepEqual(
    two?.selection.rules?.exclude.map(({ text }) => text),
    ['*rc*'],
  );
  assert.deepEqual(three?.selection, { tags: ['v1'], digests: [], minimum: 0 });
  assert.deepEqual(four?.selection, { tags: ['v2'], digests: [], minimum: 0 });
});

test('JSON is read as well', () => {
  const { job } = load('{"job": "j", "images": [{"source": "quay.io/a/b", "destination": "r.example/b"}]}');
  assert.equal(job.name, 'j');
});

test('environment is expanded in values, with the type a plain value has', () => {
  const text = [
    'parallel: ${N}',
    'images:',
    '  - source: ${SOURCE:-quay.io/a/b}',
    '    destination: "${DEST:?where to}/{{path}}"',
    'registries:',
    '  r.example: { username: me, password: "$${literal}${N}" }',
  ].join('\n');
  const { job } = load(text, { N: '3', DEST: 'r.example' });
  assert.equal(job.parallel, 3);
  assert.equal(job.entries[0]?.destinations[0]?.text, 'r.example/{{path}}');
  assert.equal(job.destinationAccess.get('r.example')?.credentials?.password.reveal(), '${literal}3');
});

const OK = 'images:\n  - source: quay.io/a/b\n    destination: r.example/b\n';

test('a single digest or list needs no more than the defaults ask of others', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const { job } = load(`
defaults: { destination: 'a.example/{{path}}', tags: { min: 3 } }
images:
  - { source: quay.io/x/one, digests: ['${digest}'] }
  - { source: quay.io/x/two, tags: { list: ['1'] } }
`);
  assert.deepEqual(
    job.entries.map(({ selection }) => selection.minimum),
    [0, 0],
  );
});

const WRONG: Readonly<Record<string, readonly [text: string, problems: readonly string[]]>> = {
  'an unknown key at the top': [`${OK}paralel: 3\n`, ['4:1 unknown key "paralel"; did you mean "parallel"?']],
  'an unknown key of an image': [
    'images:\n  - source: quay.io/a/b\n    destinaton: r.example/b\n',
    ['3:5 unknown key "images[0].destinaton"; did you mean "destination"?'],
  ],
  'an unknown key within rules': [
    'images:\n  - source: quay.io/a/b\n    destination: r.example/b\n    tags:\n      includes: [a]\n',
    ['5:7 unknown key "images[0].tags.includes"; did you mean "include"?'],
  ],
  'an unknown key of a registry': [
    `${OK}registries:\n  quay.io:\n    tls_verify: false\n`,
    ['6:5 unknown key "registries.quay.io.tls_verify"; did you mean "tls-verify"?'],
  ],
  'a reference that is none, without the value, which may be secret': [
    `${OK}registries:\n  quay.io: { username: u, password: 'hunter2\${x' }\n`,
    ['5:37 a "${" that is no reference. Write ${VAR}, ${VAR:-default}, ${VAR:?message} or $${.'],
  ],
  'a list of no tags': [
    `${OK}    tags: []\n`,
    ['4:11 "images[0].tags": names nothing; leave it out, or write tags: all for every tag'],
  ],
  'a destination that is only a registry': [
    'images:\n  - source: quay.io/a/b\n    destination: r.example:5000\n',
    [
      '3:18 "images[0].destination": destination "r.example:5000" names no repository. Write REGISTRY/PATH, such as r.example:5000/{{path}}.',
    ],
  ],
  'a destination that no image of the source fits': [
    "images:\n  - source: quay.io/a/b\n    destination: 'r.example/b:{{digest}}'\n",
    [
      '3:18 template "docker://r.example/b:{{digest}}" needs {{digest}}, which docker://quay.io/a/b:latest does not have',
    ],
  ],
  'a destination of the defaults that is no reference': [
    "defaults: { destination: 'r.example/{{registry}}/{{path}}' }\nimages:\n  - source: localhost:5000/a/b\n",
    [
      '1:26 "docker://r.example/localhost:5000/a/b:latest" is not a valid image reference. Write registry/path:tag, in lower case.',
    ],
  ],
  'several platforms of a directory': [
    'images:\n  - source: dir:x\n    destination: r.example/b\n    platforms: [linux/amd64, linux/arm64]\n',
    ['2:5 several platforms cannot be taken from "dir:x"; name one, or take all'],
  ],
  'a number where a tag belongs': [
    'images:\n  - source: quay.io/a/b\n    destination: r.example/b\n    tags: [1.10]\n',
    ['4:12 "images[0].tags[0]": must be text, not a number; put it in quotes'],
  ],
  'a digest among tags': [
    `images:\n  - source: quay.io/a/b\n    destination: r.example/b\n    tags: [sha256:${'0'.repeat(64)}]\n`,
    ['4:12 "images[0].tags[0]": is not a tag (a digest belongs under "digests", a pattern under "include")'],
  ],
  'a missing source': ['images:\n  - destination: r.example/b\n', ['2:5 "images[0].source": is missing']],
  'no images': ['job: x\n', ['1:1 "images": is missing']],
  'a bad range': [
    `${OK}    tags: { semver: [banana] }\n`,
    [
      '4:22 "images[0].tags.semver[0]": "banana" is not a range of versions. Write it as ">=1.2 <2", "^1.2", "~1.2.3" or "1.x".',
    ],
  ],
  'a bad duration': [
    `${OK}stall-timeout: soon\n`,
    ['4:16 "stall-timeout": must be a duration such as 90s, 10m or 1h30m, or days as in 30d'],
  ],
  'a bad platform': [
    `${OK}    platforms: [amd64]\n`,
    ['4:17 "images[0].platforms[0]": must be os/architecture or os/architecture/variant'],
  ],
  'a bad registry name': [
    `${OK}registries:\n  "https://x":\n    parallel: 1\n`,
    ['5:3 "registries.https://x": is not a registry (host or host:port)'],
  ],
  'a port that there is not': [
    'images:\n  - source: quay.io:99999/a/b\n    destination: r.example/b\n',
    [
      '2:13 "images[0].source": "quay.io:99999/a/b" is not a valid image reference. Write registry/path:tag, in lower case.',
    ],
  ],
  'an image that is only text': [
    'images: [quay.io/a/b]\n',
    ['1:10 "images[0]": must be a mapping; write it as "source: …"'],
  ],
  'a source without a directory': [
    'images:\n  - source: "dir:"\n    destination: r.example/b\n',
    ['2:13 "dir:" names no directory'],
  ],
  'a duration without a unit': [
    `${OK}stall-timeout: 30\n`,
    ['4:16 "stall-timeout": must be a duration such as 90s, 10m or 1h30m, or days as in 30d'],
  ],
  'braces that stand alone': [
    'images:\n  - source: quay.io/a/b\n    destination: "r.example/{{path"\n',
    [
      '3:18 "images[0].destination": template "docker://r.example/{{path" has braces that do not match. Write words as {{path}}.',
    ],
  ],
  'an unknown template word': [
    'images:\n  - source: quay.io/a/b\n    destination: r.example/{{nmae}}\n',
    [
      '3:18 "images[0].destination": template "docker://r.example/{{nmae}}" has the unknown word "nmae". Did you mean {{name}}? Known are registry, path, namespace, name, tag, digest.',
    ],
  ],
  'no destination anywhere': [
    'images:\n  - source: quay.io/a/b\n',
    ['2:5 has no "destination", and neither has "defaults"'],
  ],
  'several platforms to a directory': [
    'images:\n  - source: quay.io/a/b\n    destination: dir:/srv/b\n    platforms: [linux/amd64, linux/arm64]\n',
    ['2:5 several platforms cannot be written to "dir:/srv/b"; name one, or take all'],
  ],
  'a version twice': [
    'images:\n  - source: quay.io/a/b:1\n    destination: r.example/b\n    tags: [x]\n',
    ['4:11 "quay.io/a/b:1" is one image; leave out its version or "tags"'],
  ],
  'a key twice': [`${OK}job: a\njob: b\n`, ['5:1 not valid YAML (duplicate key)']],
  'broken syntax': ['images: [\n', ['2:1 not valid YAML (bad indent)']],
  'a variable that is not set': [
    'job: ${JOB}\n',
    ['1:6 environment variable JOB is not set. Set JOB, or write ${JOB:-default}.'],
  ],
  'a variable with a message': [
    'job: "${JOB:?name the job}"\n',
    ['1:6 JOB: name the job. Set JOB, or write ${JOB:-default}.'],
  ],
};

for (const [name, [text, expected]] of Object.entries(WRONG)) {
  test(`is refused with its place: ${name}`, () => assert.deepEqual(problems(text), expected));
}

test('all problems are told at once, in the order of the file', () => {
  const found = problems(
    'job: "a b"\nparralel: 1\nimages:\n  - source: quay.io/UPPER/x\n    destination: r.example/b\n',
  );
  assert.deepEqual(
    found.map((problem) => problem.split(' ')[0]),
    ['1:6', '2:1', '4:13'],
  );
});

test('the expanded file hides secrets', () => {
  const { file } = load(`${OK}registries:\n  r.example: { username: me, password: hush }\n`);
  const text = renderExpandedFile(file);
  assert.match(text, /username: me/);
  assert.doesNotMatch(text, /hush/);
});

test('an expression that cannot be decided in linear time is refused where it stands', () => {
  const text =
    'images:\n  - source: quay.io/x/one\n    destination: b.example/{{path}}\n    tags: { include: ["/v(?=1)/"] }\n';
  assert.match(problems(text)[0] ?? '', /^4:\d+ "images\[0\]\.tags\.include\[0\]": "\/v\(\?=1\)\/" uses look-ahead/);
});

const warningsOf = (hosts: readonly string[], images: string) => {
  const registries = hosts.map((host) => `  "${host}": { parallel: 1 }\n`).join('');
  return loadSyncFile('/m.yml', `registries:\n${registries}images:\n${images}`, {}).warnings;
};

const IMAGE = '  - { source: alpine, destination: ["r.example:5000/{{path}}", "{{registry}}.m.example/{{name}}"] }\n';

test('registries of sources and destinations are used, whatever way they are written', () => {
  assert.deepEqual(warningsOf(['docker.io', 'r.example:5000', 'docker.io.m.example'], IMAGE), []);
});

test('a host that nothing is at is told with the nearest one', () => {
  const told = warningsOf(['r.example', 'docker.oi', 'zzz.example.org'], IMAGE).map(({ line, key, message }) => [
    line,
    key,
    message.split('; ')[1],
  ]);
  assert.deepEqual(told, [
    [2, 'registries.r.example', 'did you mean "r.example:5000"?'],
    [3, 'registries.docker.oi', 'did you mean "docker.io"?'],
    [4, 'registries.zzz.example.org', undefined],
  ]);
});

test('what only an image can tell is passed over', () => {
  const image = '  - { source: "dir:/srv", destination: "r.example/{{registry}}/{{path}}" }\n';
  assert.equal(warningsOf(['r.example'], image).length, 1);
});
