import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { handOverNamed, namedStreams, namesPipe } from '../../src/operation/named-streams.ts';
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

test('pipes are found wherever a command line names them, since they can be read or written only once', () => {
  assert.equal(spawnSync('mkfifo', [dir.join('pipe')]).status, 0);
  symlinkSync('pipe', dir.join('way'));
  writeFileSync(dir.join('file'), '');
  const names = (line: string): boolean => namesPipe(parse(line).skopeoArguments, dir.path);
  for (const place of ['pipe', 'way', './pipe:a:1'])
    for (const line of [`copy docker-archive:${place} dir:new`, `copy dir:old docker-archive:${place}`])
      assert.equal(names(line), true, line);
  assert.equal(names('copy --policy pipe dir:old dir:new'), true);
  assert.equal(names('copy --digestfile=way dir:old dir:new'), false);
  assert.equal(names('inspect docker-archive:pipe'), true);
  assert.equal(names('copy --src-authfile pipe dir:old docker-archive:file'), false);
  assert.equal(names('copy --policy /dev/null dir:old docker-archive:file'), false);
});
