import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { capture } from '../../scripts/recording/capture.ts';
import { type FakePlan, fakeSkopeo } from './fake-skopeo.ts';
import { chunkBytes, loadRun, streamBytes } from './recorded-run.ts';
import { tempDir } from './temp.ts';
import { waitFor } from './wait-for.ts';

const play = async (plan: FakePlan, winsize?: { columns: number; rows: number }) => {
  await using dir = await tempDir('fake');
  const { path } = await fakeSkopeo(dir.path, plan);
  const run = await capture(path, ['copy', 'a', 'b'], { env: {}, ...(winsize && { winsize }) });
  const bytes = (stream: 'stdout' | 'stderr') =>
    Buffer.concat(run.chunks.filter((chunk) => chunk.stream === stream).map(chunkBytes));
  return { ...run, stdout: bytes('stdout'), stderr: bytes('stderr') };
};

for (const [name, exitCode, signal] of [
  ['copy-registry-registry', 0, null],
  ['fail-corrupt-blob', 1, null],
  ['killed-by-sigterm', null, 'SIGTERM'],
] as const) {
  test(`${name} is replayed byte for byte, to a pipe and to a terminal`, async () => {
    const plan = { calls: [[{ replay: { version: '1.22.0', case: name } }]] };
    const [piped, shown] = await Promise.all([play(plan), play(plan, { columns: 200, rows: 1000 })]);
    assert.deepEqual([piped.exitCode, piped.signal], [exitCode, signal]);
    assert.deepEqual([shown.exitCode, shown.signal], [exitCode, signal]);
    for (const stream of ['stdout', 'stderr'] as const) {
      assert.deepEqual(piped[stream], streamBytes(loadRun('1.22.0', name, 'pipe'), stream));
      assert.deepEqual(shown[stream], streamBytes(loadRun('1.22.0', name, 'pty'), stream));
    }
  });
}

test('it prints what is asked for, however much, and exits as told', async () => {
  const { stdout, stderr, exitCode } = await play({
    calls: [
      [
        { write: 'stdout', text: 'half a li' },
        { write: 'stdout', base64: '/w==' },
        { write: 'stderr', text: 'x'.repeat(99), repeat: 100_000 },
        { garbage: 'stdout', bytes: 1000 },
        { exit: 7 },
      ],
    ],
  });
  assert.equal(exitCode, 7);
  assert.equal(stdout.length, 9 + 1 + 1000);
  assert.ok(new Set(stdout.subarray(10)).size > 100);
  assert.equal(stderr.length, 9_900_000);
});

test('it can crash, and each call has its own steps', async () => {
  await using dir = await tempDir('fake');
  const fake = await fakeSkopeo(dir.path, { version: '1.9.3', calls: [[{ die: 'SIGSEGV' }], [{ exit: 0 }]] });
  const signals = [];
  for (let turn = 0; turn < 3; turn++) signals.push((await capture(fake.path, ['copy'], { env: {} })).signal);
  assert.deepEqual(signals, ['SIGSEGV', null, null]);
  assert.deepEqual(
    (await fake.calls()).map(({ argv }) => argv),
    [['copy'], ['copy'], ['copy']],
  );
  const version = await capture(fake.path, ['--version'], { env: {} });
  assert.equal(version.chunks[0]?.text, 'skopeo version 1.9.3\n');
});

test('it can ignore SIGTERM, and move bytes in silence', async () => {
  await using dir = await tempDir('fake');
  const steps = [{ ignore: ['SIGTERM' as const] }, { moveBytes: 50_000_000 }, { hang: true as const }];
  const fake = await fakeSkopeo(dir.path, { calls: [steps] });
  const child = spawn(fake.path, ['copy'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await waitFor('bytes to move', async () => {
    const [, moved] = /wchar: (\d+)/.exec(await readFile(`/proc/${child.pid}/io`, 'utf8')) ?? [];
    return Number(moved) >= 50_000_000;
  });
  const [, caught = '0'] = /SigCgt:\s*(\w+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  assert.ok(BigInt(`0x${caught}`) & (1n << 14n), 'SIGTERM has a handler');
  child.kill('SIGKILL');
  assert.deepEqual(await ended, [null, 'SIGKILL']);
});
