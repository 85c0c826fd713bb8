import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../../src/config/problem.ts';
import { loadSkopeoYaml } from '../../../src/sync/config/skopeo-yaml.ts';
import { skopeoRule } from '../../../src/sync/map/skopeo-rule.ts';

const OPTIONS = {
  destination: skopeoRule({ transport: 'docker', destination: 'mirror.example', scoped: false, appendSuffix: '' }),
  copy: { content: 'system', preserveDigests: false },
  access: { tlsVerify: true, authFile: '/auth.json' },
} as const;

const load = (text: string) => loadSkopeoYaml('sync.yml', text, OPTIONS);

const problems = (text: string): readonly string[] => {
  try {
    load(text);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  return [];
};

const DIGEST = `sha256:${'0'.repeat(32)}${'1'.repeat(32)}`;

test('the example of the manual page is read as it is', () => {
  const entries = load(`
registry.example.com:
    images:
        busybox: []
        redis:
            - "1.0"
            - 2.0
            - "${DIGEST}"
    images-by-tag-regex:
        nginx: ^1\\.13\\.[12]-alpine-perl$
    images-by-semver:
        alpine: ">= 3.12.0"
    credentials:
        username: john
        password: this is a secret
    tls-verify: true
    cert-dir: /home/john/certs
quay.io:
    tls-verify: no
    images:
        coreos/etcd:
            - latest
`);
  assert.deepEqual(
    entries.map(({ name, line, selection }) => [
      name,
      line,
      selection.tags,
      selection.digests,
      selection.rules !== undefined,
    ]),
    [
      ['registry.example.com/busybox', 4, [], [], true],
      ['registry.example.com/redis', 5, ['1.0', '2.0'], [DIGEST], false],
      ['registry.example.com/nginx', 10, [], [], true],
      ['registry.example.com/alpine', 12, [], [], true],
      ['quay.io/coreos/etcd', 21, ['latest'], [], false],
    ],
  );
  const { credentials, ...access } = entries[0]?.sourceAccess ?? {};
  assert.deepEqual([credentials?.username, credentials?.password.reveal()], ['john', 'this is a secret']);
  assert.deepEqual(access, {
    authFile: '/auth.json',
    tlsVerify: true,
    certDirectory: '/home/john/certs',
  });
  assert.deepEqual(entries[4]?.sourceAccess, { authFile: '/auth.json', tlsVerify: false });
});

test('anchors, merge keys and every spelling of nothing are read as skopeo reads them', () => {
  const merged = load('a.example: &a\n  images: { x: [1.10], y: ~ }\nb.example:\n  <<: *a\n  tls-verify: false\n');
  assert.deepEqual(
    merged.map(({ name, selection }) => [name, selection.tags, selection.rules !== undefined]),
    [
      ['a.example/x', ['1.10'], false],
      ['a.example/y', [], true],
      ['b.example/x', ['1.10'], false],
      ['b.example/y', [], true],
    ],
  );
});

const WRONG: Readonly<Record<string, readonly [text: string, expected: readonly string[]]>> = {
  'an unknown key': [
    'r.example:\n  image:\n    a: []\n',
    ['2:3 unknown key "r.example.image"; did you mean "images"?'],
  ],
  'a name that is no repository': [
    'r.example:\n  images:\n    UPPER: []\n',
    ['3:5 "r.example.images.UPPER": is not a repository'],
  ],
  'a tag that is none': [
    'r.example:\n  images:\n    a: ["x y"]\n',
    ['3:9 "r.example.images.a[0]": is neither a tag nor a digest'],
  ],
  'an expression that is none': [
    'r.example:\n  images-by-tag-regex:\n    a: "("\n',
    ['3:8 "r.example.images-by-tag-regex.a": "(" is not a regular expression: missing closing ): `(`'],
  ],
  'a list instead of a mapping': ['- a\n', ['1:1 must be a mapping, not a list']],
  'a tag that is not in a list': [
    'r.example:\n  images:\n    a: latest\n',
    ['3:8 "r.example.images.a": must be a list of tags and digests, or empty for all tags'],
  ],
  'a setting that is neither true nor false': [
    'r.example:\n  tls-verify: maybe\n  images: { a: [] }\n',
    ['2:15 "r.example.tls-verify": must be true or false'],
  ],
  'a registry without repositories': [
    'r.example:\n  tls-verify: false\n',
    ['1:1 "r.example": names no repository; write "images", "images-by-tag-regex" or "images-by-semver"'],
  ],
  'a file without registries': ['# none\n', ['1:1 names no registry']],
};

for (const [name, [text, expected]] of Object.entries(WRONG)) {
  test(`what skopeo passes over is refused: ${name}`, () => assert.deepEqual(problems(text), expected));
}
