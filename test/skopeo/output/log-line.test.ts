import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeGoString, parseLogLine } from '../../../src/skopeo/output/log-line.ts';

test('decodes a logfmt entry with nested quotes and fields', () => {
  const line =
    'time="2026-11-01T10:00:00Z" level=error msg="Error copying ref \\"docker://a/b:1\\"" error="reading \\"x\\"\\nmore" tagged=false';
  assert.deepEqual(parseLogLine(line), {
    type: 'log',
    level: 'error',
    message: 'Error copying ref "docker://a/b:1"',
    fields: { error: 'reading "x"\nmore', tagged: 'false' },
  });
});

test('decodes an entry as logrus writes it to a terminal', () => {
  assert.deepEqual(parseLogLine('FATA[0003] no such image   '), {
    type: 'log',
    level: 'fatal',
    message: 'no such image',
    fields: {},
  });
});

test('knows a line that is no entry', () => {
  for (const line of ['', 'panic: runtime error', 'time="x" level=loud msg="y"', 'level=info msg="no time"']) {
    assert.equal(parseLogLine(line), undefined);
  }
});

test('decodes what Go escapes and JSON does not know', () => {
  assert.equal(decodeGoString('\\x41\\u00e9\\U0001F600\\a\\v\\101\\\\\\"'), 'A\u00e9\u{1F600}\x07\vA\\"');
});

test('stays fast on a hostile line', () => {
  const line = `time="x" level=info ${'a="'.repeat(20_000)}`;
  assert.equal(parseLogLine(line), undefined);
});
