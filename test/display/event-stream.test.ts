import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openEvents } from '../../src/display/event-stream.ts';
import { arrived, makeFifo, openFifoReader } from '../support/fifo.ts';
import { tempDir } from '../support/temp.ts';

const NEVER = new AbortController().signal;
const PATIENCE_MS = 500;
const LINE = `${'x'.repeat(1023)}\n`;

const openIn = async (cwd: string, path: string) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const events = (await openEvents(path, { stdout, stderr, cwd }, NEVER, PATIENCE_MS)) ?? assert.fail();
  const warnings = async (): Promise<string> => {
    stderr.end();
    return text(stderr);
  };
  return { events, warnings };
};

test('the reader of a FIFO gets every line, at once and at the end', async () => {
  await using dir = await tempDir('events');
  using reader = openFifoReader(makeFifo(dir.join('fifo')));
  const { events, warnings } = await openIn(dir.path, 'fifo');
  events.write('one\n');
  await arrived(reader, 'one\n');
  for (let line = 0; line < 500; line++) events.write(LINE);
  events.write('last\n');
  const closed = events.close();
  await arrived(reader, 'last\n');
  await closed;
  assert.equal(reader.read().length, 500 * LINE.length + 'one\nlast\n'.length);
  assert.equal(await warnings(), '');
});

test('a reader that takes nothing holds up neither the run nor its end, and is told of once', async () => {
  await using dir = await tempDir('events');
  using _reader = openFifoReader(makeFifo(dir.join('fifo')));
  const { events, warnings } = await openIn(dir.path, 'fifo');
  for (let line = 0; line < 500; line++) events.write(LINE);
  await events.close();
  await events.close();
  assert.match(
    await warnings(),
    /^skopeo-wrapper: warning: --events: no more events in fifo: its reader takes nothing\n$/,
  );
});

test('what a reader does not take is kept up to a limit', async () => {
  await using dir = await tempDir('events');
  using _reader = openFifoReader(makeFifo(dir.join('fifo')));
  const { events, warnings } = await openIn(dir.path, 'fifo');
  const mib = `${'x'.repeat(1024 ** 2)}\n`;
  for (let count = 0; count < 20; count++) events.write(mib);
  assert.match(await warnings(), /its reader takes nothing/);
  await events.close();
});

test('a reader that goes away is told of once', async () => {
  await using dir = await tempDir('events');
  const reader = openFifoReader(makeFifo(dir.join('fifo')));
  const { events, warnings } = await openIn(dir.path, 'fifo');
  reader[Symbol.dispose]();
  events.write('one\n');
  await events.close();
  events.write('two\n');
  assert.match(await warnings(), /^[^\n]*no more events in fifo: [^\n]*EPIPE[^\n]*\n$/);
});
