import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newestRecord, pairOffset } from '../../../../src/metrics/state/files/slot-file.ts';
import { createRunFile } from '../../../../src/metrics/state/writing/run-file.ts';
import { temporaryDirectory } from '../support/fixtures.ts';

const create = (directory: string, json = '"first"') => createRunFile({ directory, name: 'run.test', seq: 1, json });
const read = (directory: string) => newestRecord(readFileSync(join(directory, 'run.test')));

test('is complete from the start, with its space allocated, readable by the group', (t) => {
  const directory = temporaryDirectory(t);
  const umask = process.umask(0o077);
  t.after(() => process.umask(umask));
  create(directory).close();
  assert.deepEqual(readdirSync(directory), ['run.test']);
  assert.deepEqual(read(directory), { seq: 1, json: '"first"' });
  const { size, blocks, mode } = statSync(join(directory, 'run.test'));
  assert.equal(size, 8192);
  assert.ok(blocks * 512 >= size, 'no hole');
  assert.equal(mode & 0o777, 0o640);
});

test('writes in place, one slot after the other', (t) => {
  const directory = temporaryDirectory(t);
  const file = create(directory);
  for (let n = 2; n <= 5; n++) {
    file.write(String(n));
    assert.deepEqual(read(directory), { seq: n, json: String(n) });
    assert.equal(file.seq, n);
  }
  file.close();
  assert.equal(statSync(join(directory, 'run.test')).size, 8192);
});

test('grows for a large record and stays there', (t) => {
  const directory = temporaryDirectory(t);
  const file = create(directory);
  const large = JSON.stringify('x'.repeat(10_000));
  file.write(large);
  assert.equal(read(directory)?.json, large);
  file.write('"small"');
  assert.equal(read(directory)?.json, '"small"');
  const { size, blocks } = statSync(join(directory, 'run.test'));
  assert.equal(size, pairOffset(3));
  assert.ok(blocks * 512 >= size, 'no hole');
  assert.throws(() => file.write(JSON.stringify('x'.repeat(300_000))), RangeError);
  assert.equal(read(directory)?.json, '"small"');
  file.close();
});

test('knows when it has been deleted', (t) => {
  const directory = temporaryDirectory(t);
  const file = create(directory);
  assert.equal(file.isDeleted(), false);
  unlinkSync(join(directory, 'run.test'));
  assert.equal(file.isDeleted(), true);
  file.close();
});

test('leaves nothing behind when it cannot be made', (t) => {
  const directory = temporaryDirectory(t);
  assert.throws(() => create(directory, JSON.stringify('x'.repeat(300_000))), RangeError);
  assert.throws(() => create(join(directory, 'missing')), { code: 'ENOENT' });
  assert.deepEqual(readdirSync(directory), []);
});
