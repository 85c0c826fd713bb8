import assert from 'node:assert/strict';
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chunksOf, openOutput, readNamed, writeNamed } from '../../src/host/named-files.ts';
import { loadNativePty } from '../../src/skopeo/process/pty-addon.ts';
import { makeFifo, openFifoReader } from '../support/fifo.ts';
import { tempDir } from '../support/temp.ts';

const NEVER = new AbortController().signal;
const MIB = 1024 ** 2;

/** Longer than anything is looked for at the other end. */
const A_WHILE_MS = 100;

const writeInto = async (path: string, ...texts: readonly string[]): Promise<void> => {
  const { fd } = await openOutput(path, 'append', 0o600, NEVER);
  for (const text of texts) {
    writeFileSync(fd, text);
    await sleep(A_WHILE_MS);
  }
  closeSync(fd);
};

test('a FIFO is read from its first writer to the end of the last, however late he comes', async () => {
  await using dir = await tempDir('named');
  const path = makeFifo(dir.join('fifo'));
  const read = readNamed(path, MIB, NEVER);
  await sleep(A_WHILE_MS);
  await Promise.all([writeInto(path, 'one ', 'two'), read]);
  assert.equal(String(await read), 'one two');
});

test('a writer who writes nothing ends the reading', async () => {
  await using dir = await tempDir('named');
  const path = makeFifo(dir.join('fifo'));
  const [read] = await Promise.all([readNamed(path, MIB, NEVER), writeInto(path)]);
  assert.equal(String(read), '');
});

test('what a terminal is typed is read, and waited for', async () => {
  const { master, slave, pty } = loadNativePty(process.env)?.open(80, 24) ?? assert.fail('no pseudo-terminal');
  try {
    const controller = new AbortController();
    const chunks = chunksOf(pty, controller.signal);
    const first = chunks.next();
    await sleep(A_WHILE_MS);
    writeFileSync(master, 'me:secret\n');
    assert.equal(String((await first).value), 'me:secret\n');
    const second = chunks.next();
    controller.abort('enough');
    await assert.rejects(second, (reason) => reason === 'enough');
  } finally {
    closeSync(master);
    closeSync(slave);
  }
});

test('a device that never ends is read up to the limit; a directory, a socket and what is not there are errors', async (t) => {
  await using dir = await tempDir('named');
  await assert.rejects(readNamed('/dev/zero', MIB, NEVER), /larger than 1 MiB/);
  assert.equal(String(await readNamed('/dev/null', MIB, NEVER)), '');
  const server = createServer().listen(dir.join('socket'));
  t.after(() => server.close());
  for (const [name, code] of [
    ['.', 'EISDIR'],
    ['nothing', 'ENOENT'],
    ['socket', 'ENXIO'],
  ] as const) {
    await assert.rejects(readNamed(dir.join(name), MIB, NEVER), { code }, name);
    if (name !== 'nothing') await assert.rejects(writeNamed(dir.join(name), 'text', NEVER), /EISDIR|ENXIO/, name);
  }
});

test('nobody at the other end: the signal ends every wait, with its reason', async () => {
  await using dir = await tempDir('named');
  const path = makeFifo(dir.join('fifo'));
  const reason = { kind: 'signal' };
  for (const act of [
    (signal: AbortSignal) => readNamed(path, MIB, signal),
    (signal: AbortSignal) => openOutput(path, 'append', 0o600, signal),
    (signal: AbortSignal) => writeNamed(path, 'text', signal),
  ]) {
    for (const waitMs of [0, A_WHILE_MS]) {
      const controller = new AbortController();
      const acting = act(controller.signal);
      if (waitMs > 0) await sleep(waitMs);
      controller.abort(reason);
      await assert.rejects(acting, (thrown) => thrown === reason);
    }
  }
});

test('a reader who comes late gets all, and one who takes nothing ends with the signal', async () => {
  await using dir = await tempDir('named');
  const path = makeFifo(dir.join('fifo'));
  const text = 'x'.repeat(MIB);
  const writing = writeNamed(path, text, NEVER);
  await sleep(A_WHILE_MS);
  const [read] = await Promise.all([readNamed(path, 2 * MIB, NEVER), writing]);
  assert.equal(read.length, MIB);
  using _idle = openFifoReader(path);
  const controller = new AbortController();
  const stuck = writeNamed(path, text, controller.signal);
  await sleep(A_WHILE_MS);
  controller.abort('enough');
  await assert.rejects(stuck, (reason) => reason === 'enough');
});

test('a regular file is replaced, or added to', async () => {
  await using dir = await tempDir('named');
  const path = dir.join('file');
  await writeNamed(path, 'first, long', NEVER);
  await writeNamed(path, 'second', NEVER);
  await writeInto(path, ', third');
  assert.equal(readFileSync(path, 'utf8'), 'second, third');
  mkdirSync(dir.join('directory'));
  const fd = openSync(path, constants.O_RDONLY);
  assert.equal(String(await readNamed(`/proc/self/fd/${fd}`, MIB, NEVER)), 'second, third');
  closeSync(fd);
});
