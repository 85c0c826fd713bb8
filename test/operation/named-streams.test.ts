import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { handOverNamed, namedStreams } from '../../src/operation/named-streams.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const EMPTY = { stdin: false, stdout: false, stderr: false };

let dir: TempDir;
before(async () => {
  dir = await tempDir('named');
  symlinkSync('/dev/fd', dir.join('inner'));
  symlinkSync('inner', dir.join('outer'));
  symlinkSync('/dev/stdout', dir.join('link'));
  symlinkSync('later', dir.join('nowhere'));
});
after(() => dir[Symbol.asyncDispose]());

const parse = (line: string) => parseCommandLine(line.split(' '), {});

const named = (line: string): ReadonlySet<string> => namedStreams(parse(line).skopeoArguments, dir.path);

const handOver = (line: string) => handOverNamed(parse(line), dir.path, 'progress');

const STDOUT = [
  '/dev/stdout',
  '/dev/fd/1',
  '/dev/./stdout',
  '/dev/fd/../fd/1',
  '/proc/self/fd/1',
  `/proc/${process.pid}/fd/1`,
  '/proc/thread-self/fd/1',
  `/proc/${process.pid}/task/${process.pid}/fd/1`,
  'outer/1',
  'link',
];

for (const path of STDOUT) {
  test(`${path} is stdout, wherever it is named`, () => {
    for (const line of [
      `copy dir:a docker-archive:${path}`,
      `copy dir:a docker-archive:${path}:example.org/app:1`,
      `copy dir:a dir:b --digestfile ${path}`,
      `copy dir:a dir:b --digestfile=${path}`,
      `standalone-sign ${path} a b -o c`,
    ])
      assert.ok(named(line).has('stdout'), line);
    assert.equal(handOver(`copy dir:a docker-archive:${path}`), 'data');
  });
}

test('other paths are no streams, the null device neither', () => {
  for (const path of ['new', 'inner', 'nowhere', '/dev/null', '/dev/fd/77', 'stdout', '/dev/fd'])
    assert.deepEqual(
      { ...EMPTY, ...Object.fromEntries([...named(`copy dir:a oci:${path}`)].map((n) => [n, true])) },
      EMPTY,
    );
  assert.equal(handOver('copy dir:a oci:new'), 'progress');
});

test('whoever names stderr gets everything as it is', () => {
  assert.equal(handOver('copy dir:a docker-archive:/dev/stderr'), 'terminal');
});

test('JSON and skopeo do not share stdout', () => {
  for (const flags of ['--json', '--events -'])
    assert.throws(() => handOver(`copy ${flags} dir:a docker-archive:/dev/stdout`), { exitCode: 64 });
});
