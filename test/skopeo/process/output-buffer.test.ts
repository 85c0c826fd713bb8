import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CAPTURED_BYTES, OutputBuffer } from '../../../src/skopeo/process/output-buffer.ts';
import { writeProgram } from '../../support/program.ts';
import { runHere } from '../../support/run-here.ts';
import { tempDir } from '../../support/temp.ts';

test('all that fits is whole, and one byte more is known', () => {
  const buffer = new OutputBuffer();
  buffer.push(Buffer.alloc(MAX_CAPTURED_BYTES - 1));
  buffer.push(Buffer.alloc(1));
  assert.deepEqual([buffer.isCut, buffer.bytes().length], [false, MAX_CAPTURED_BYTES]);
  buffer.push(Buffer.alloc(1));
  assert.ok(buffer.isCut);
});

test('more output than is captured is a failure that says so, and nothing of it passes for the whole', async () => {
  await using dir = await tempDir('captured');
  const skopeo = writeProgram(
    dir.join('skopeo'),
    `if [ "$1" = --version ]; then echo 'skopeo version 1.18.0'; exit; fi
    exec head -c ${MAX_CAPTURED_BYTES + 1} /dev/zero`,
  );
  const { exitCode, stdout } = await runHere([
    '--no-state',
    '--skopeo-path',
    skopeo,
    'inspect',
    '--raw',
    'oci:x',
    '--json',
  ]);
  const { output, outcome, message } = JSON.parse(stdout);
  assert.deepEqual([exitCode, outcome, output], [1, 'error', undefined]);
  assert.match(message, /64 MiB/);
});
