import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messages } from '../../src/display/messages.ts';
import { classifyFailure } from '../../src/skopeo/failure/classify.ts';

/** What is said at the end of an operation that a signal ended. */
const saidAfter = (signal: NodeJS.Signals): readonly string[] => {
  const lines: string[] = [];
  const failure = classifyFailure({ exitCode: null, signal });
  const result = { operation: 'list_tags', source: 'docker://r/a', destination: '', outcome: 'error' } as const;
  messages({ command: 'list-tags', debug: false, say: (line) => lines.push(line) }).onEnd?.({
    result: { ...result, exitCode: failure.exitCode, transferredBytes: 0, blobs: [], durationSeconds: 1, attempts: 1 },
    failure,
    stdout: Buffer.alloc(0),
  });
  return lines;
};

test('nothing is said of a reader that went away, as of any program before `| head`', () => {
  assert.deepEqual(saidAfter('SIGPIPE'), []);
});

test('the next step is said of every other end', () => {
  assert.match(saidAfter('SIGKILL').join('\n'), /^skopeo-wrapper: list-tags failed \(killed\): .*out-of-memory killer/);
});
