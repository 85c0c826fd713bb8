import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { reportError } from '../../src/cli/report-error.ts';
import { processContext } from '../../src/context.ts';
import { EXIT, usageError, WrapperError } from '../../src/errors/wrapper-error.ts';

const report = (error: unknown, { json = false, env = {} } = {}) => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const exitCode = reportError(
    error,
    { ...processContext(), env, stdin, stdout, stderr },
    { json, subcommand: 'copy' },
  );
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
};

test('an error of the user is told with the next step and its own exit status', () => {
  const error = new WrapperError('skopeo was not found.', {
    errorType: 'skopeo_missing',
    exitCode: 69,
    next: 'Install it.',
  });
  assert.deepEqual(report(error), {
    exitCode: 69,
    stdout: '',
    stderr: 'skopeo-wrapper: skopeo was not found.\nInstall it.\n',
  });
});

test('with --json the same is an object on stdout', () => {
  const { stdout, exitCode } = report(usageError('No such flag.'), { json: true });
  assert.equal(exitCode, EXIT.usage);
  assert.deepEqual(JSON.parse(stdout), {
    operation: 'copy',
    source: '',
    destination: '',
    outcome: 'error',
    exit_code: 64,
    error_type: 'usage',
    message: 'No such flag.',
    transferred_bytes: 0,
    blobs_copied: 0,
    blobs_reused: 0,
    blobs_failed: 0,
    blobs: [],
    duration_seconds: 0,
    attempts: 0,
  });
});

test('anything else is a bug: its stack only when debugging', () => {
  const bug = new TypeError('x is not a function');
  const plain = report(bug);
  assert.equal(plain.exitCode, EXIT.failure);
  assert.match(plain.stderr, /internal error: x is not a function\n.*bug/);
  assert.doesNotMatch(plain.stderr, /report-error\.test/);
  assert.match(report(bug, { env: { SKOPEO_WRAPPER_DEBUG: '1' } }).stderr, /report-error\.test/);
});

test('what oclif refuses is a usage error', () => {
  const refused = Object.assign(new Error('Nonexistent flag: --x'), { oclif: { exit: 2 } });
  assert.equal(report(refused).exitCode, EXIT.usage);
});
