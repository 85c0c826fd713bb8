import assert from 'node:assert/strict';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { ProcessOutput } from '../../src/host/process-output.ts';
import { makeFifo, openFifoReader } from '../support/fifo.ts';
import { tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

/** A stream to a FIFO, as Node makes it of stdout, and the end at which it is read. */
const openPipe = (path: string) => {
  const reader = openFifoReader(makeFifo(path));
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const stream = new Socket({ fd, readable: false, writable: true });
  return {
    stream,
    read: () => reader.read(),
    [Symbol.dispose]: () => {
      stream.destroy();
      reader[Symbol.dispose]();
    },
  };
};

test('a reader that comes late gets everything, in order', async () => {
  await using dir = await tempDir('output');
  using pipe = openPipe(dir.join('pipe'));
  const output = new ProcessOutput(pipe.stream);
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`);
  for (const line of lines) pipe.stream.write(line);
  let isOver = false;
  const over = output.flush(Infinity).then(() => {
    isOver = true;
  });
  await waitFor('everything', () => {
    pipe.read();
    return isOver;
  });
  await over;
  assert.equal(pipe.read(), lines.join(''));
  assert.equal(output.lost, undefined);
});

test('for a reader that takes nothing only so much is kept, and its patience has an end', async () => {
  await using dir = await tempDir('output');
  using pipe = openPipe(dir.join('pipe'));
  const output = new ProcessOutput(pipe.stream);
  const part = '.'.repeat(1024 * 1024);
  for (let count = 0; count < 40; count++) pipe.stream.write(part);
  assert.equal(output.lost?.message, 'its reader takes nothing');
  assert.ok(pipe.stream.writableLength < 20 * part.length);
  await output.flush(1);
});
