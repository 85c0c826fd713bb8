import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyAttempt } from '../../src/operation/run-attempt.ts';
import { Redactor } from '../../src/secrets/redactor.ts';

const failed = {
  exitCode: 1,
  signal: undefined,
  fatalMessage:
    'Error determining repository tags for repo registry.example/app: tls: failed to verify certificate: x509: certificate signed by unknown authority',
  spawnErrorCode: undefined,
  stdout: Buffer.alloc(0),
  isCut: false,
};

test('a command on one image is told of flags without a side', () => {
  const judged = (destination: string) =>
    classifyAttempt(
      { exit: failed, termination: undefined },
      { source: 'docker://registry.example/app', destination, binary: 'skopeo', redactor: new Redactor() },
    ).next;
  assert.doesNotMatch(judged(''), /--src-/);
  assert.match(judged('dir:there'), /--src-/);
});
