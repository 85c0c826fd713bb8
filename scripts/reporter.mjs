/**
 * Reporter for `node --test`: what tests print, one paragraph per failure, and a closing line `N passed, N failed`
 * (`, N skipped`) that scripts can read. Whatever keeps a test from being run counts as a failure: a hook that throws,
 * a file that crashes, a file that leaves by `process.exit` before its tests are through, a run without any test.
 */
import { resolve } from 'node:path';

/** Node reports a file like a test, by its path, and only when something went wrong around its tests. */
const isFile = ({ nesting, name, file }) => nesting === 0 && file !== undefined && resolve(name) === file;

const skipReason = ({ skip, todo }) => [skip, todo].find((reason) => reason !== undefined);

const causeOf = ({ details }) => details?.error?.cause ?? details?.error;

const textOf = (error) => {
  const own = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error?.cause instanceof Error ? `${own}\nCaused by: ${textOf(error.cause)}` : own;
};

const titleOf = ({ file, name }) => (resolve(name) === file ? name : `${file ?? ''} ${name}`);

/** Why a failed event counts, or nothing for a mere echo of failures that are counted where they happened. */
const failureOf = (data) => {
  if (data.details?.error?.failureType === 'subtestsFailed') return undefined;
  if (!isFile(data) || data.details?.error?.failureType === 'hookFailed') return textOf(causeOf(data));
  const { exitCode, signal } = data.details?.error ?? {};
  return `The file failed outside of its tests (${signal ? `signal ${signal}` : `exit status ${exitCode}`}).`;
};

const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;

export default async function* report(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const unfinishedFiles = new Set();
  const failures = [];
  let runnerSucceeded = true;

  const fail = (title, reason) => {
    counts.failed++;
    failures.push(title);
    return `✖ ${title}\n${reason}\n\n`;
  };

  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    else if (type === 'test:diagnostic' && data.file !== undefined) yield `${data.message}\n`;
    else if (type === 'test:dequeue' && isFile(data)) unfinishedFiles.add(data.file);
    else if (type === 'test:summary') {
      if (data.file === undefined) runnerSucceeded = data.success;
      else unfinishedFiles.delete(data.file);
    } else if (type === 'test:fail' && skipReason(data) === undefined) {
      const reason = failureOf(data);
      if (isFile(data)) unfinishedFiles.delete(data.file);
      if (reason !== undefined) yield fail(titleOf(data), reason);
    } else if (type === 'test:pass' || type === 'test:fail') {
      if (isFile(data) || data.details?.type === 'suite') continue;
      const reason = skipReason(data);
      if (reason === undefined) counts.passed++;
      else counts.skipped++;
      if (reason !== undefined) yield `- ${data.name} (skipped: ${reason})\n`;
    }
  }

  for (const file of unfinishedFiles) yield fail(file, 'The file ended before its tests did, or has none.');
  if (counts.failed === 0 && !runnerSucceeded) yield fail('node --test', 'The runner reports a failure.');
  if (failures.length > 1) yield `\nFailed:\n${failures.map((title) => `  ${title}\n`).join('')}`;
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
  yield closingLine(counts);
}
