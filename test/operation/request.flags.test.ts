import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { subjectOfLine } from '../../src/operation/request.ts';
import { classifyAttempt } from '../../src/operation/run-attempt.ts';
import { Redactor } from '../../src/secrets/redactor.ts';

/** The next step after skopeo lost its connection. */
const nextAfter = (argv: readonly string[], fatalMessage: string): string => {
  const subject = subjectOfLine(parseCommandLine(argv, {}));
  const exit = {
    exitCode: 1,
    signal: undefined,
    spawnErrorCode: undefined,
    fatalMessage,
    stdout: Buffer.alloc(0),
    isCut: false,
  };
  return classifyAttempt({ exit, termination: undefined }, { ...subject, binary: 'skopeo', redactor: new Redactor() })
    .next;
};

const LOST = 'initializing source docker://r/a:1: pinging container registry r: Get "https://r/v2/": EOF';
const NO_TLS = LOST.replace('EOF', 'http: server gave HTTP response to HTTPS client');

test('a next step names no flag that was given, or that the command does not take', () => {
  assert.match(nextAfter(['copy', 'docker://r/a:1', 'dir:b'], LOST), /--retry-times 3/);
  assert.doesNotMatch(nextAfter(['copy', '--retry-times', '2', 'docker://r/a:1', 'dir:b'], LOST), /--retry-times/);
  assert.match(nextAfter(['copy', 'docker://r/a:1', 'dir:b'], NO_TLS), /add --src-tls-verify=false/);
  assert.match(
    nextAfter(['copy', '--src-tls-verify=true', 'docker://r/a:1', 'dir:b'], NO_TLS),
    /"insecure = true" for it in registries\.conf/,
  );
});
