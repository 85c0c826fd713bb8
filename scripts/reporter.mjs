/**
 * Reporter for `node --test`: what tests print, one paragraph per failure, the slowest files, and a closing line
 * `N passed, N failed` (`, N skipped`) that scripts can read. Whatever keeps a test from being run counts as a failure: a
 * hook that throws, a file that crashes, a file that leaves by `process.exit` before its tests are through, a run without
 * any test.
 */
import { relative, resolve } from 'node:path';
import { isLane } from './testing/lanes.mjs';

const SLOWEST_SHOWN = 10;

/** Node reports a file like a test, by its path, and only when something went wrong around its tests. */
const isFile = ({ nesting, name, file }) => nesting === 0 && file !== undefined && resolve(name) === file;

/** A suite that stands for a test file, where several files share one process. */
const isSharedFile = ({ nesting, file }) => nesting === 0 && file !== undefined && isLane(file);

const skipReason = ({ skip, todo }) => [skip, todo].find((reason) => reason !== undefined);

const causeOf = ({ details }) => details?.error?.cause ?? details?.error;

const textOf = (error) => {
  const own = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error?.cause instanceof Error ? `${own}\nCaused by: ${textOf(error.cause)}` : own;
};

const titleOf = (data) => (isFile(data) || isSharedFile(data) ? data.name : `${data.file ?? ''} ${data.name}`);

/** Why a failed event counts, or nothing for a mere echo of failures that are counted where they happened. */
const failureOf = (data) => {
  if (data.details?.error?.failureType === 'subtestsFailed') return undefined;
  if (!isFile(data) || data.details?.error?.failureType === 'hookFailed') return textOf(causeOf(data));
  const { exitCode, signal } = data.details?.error ?? {};
  return `The file failed outside of its tests (${signal ? `signal ${signal}` : `exit status ${exitCode}`}).`;
};

/** The slowest of the files whose seconds are known, for those who want to make the tests faster. */
const slowestFiles = (secondsOfFiles) => {
  if (secondsOfFiles.size < 2) return '';
  const slowest = [...secondsOfFiles].sort(([, one], [, other]) => other - one).slice(0, SLOWEST_SHOWN);
  const lines = slowest.map(([file, seconds]) => `${seconds.toFixed(1).padStart(7)} s  ${relative('', file)}\n`);
  return `\nSlowest files:\n${lines.join('')}`;
};

const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;

export default async function* report(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const unfinishedFiles = new Set();
  const lanesWithTests = new Set();
  const secondsOfFiles = new Map();
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
    else if (type === 'test:plan' && data.nesting === 1) lanesWithTests.add(data.file);
    else if (type === 'test:dequeue' && (isFile(data) || isSharedFile(data))) unfinishedFiles.add(resolve(data.name));
    else if (type === 'test:summary') {
      if (data.file === undefined) runnerSucceeded = data.success;
      else {
        if (data.counts.tests > 0) unfinishedFiles.delete(data.file);
        if (!isLane(data.file)) secondsOfFiles.set(data.file, data.duration_ms / 1000);
      }
    } else if (type === 'test:pass' || type === 'test:fail') {
      const path = resolve(data.name);
      const skipped = skipReason(data);
      const reason = type === 'test:fail' && skipped === undefined ? failureOf(data) : undefined;
      if (reason !== undefined) yield fail(titleOf(data), reason);
      if (isFile(data)) {
        if (type === 'test:fail') {
          unfinishedFiles.delete(path);
          secondsOfFiles.set(path, data.details.duration_ms / 1000);
        }
      } else if (isSharedFile(data)) {
        secondsOfFiles.set(path, data.details.duration_ms / 1000);
        if (lanesWithTests.delete(data.file) || reason !== undefined) unfinishedFiles.delete(path);
      } else if (data.details?.type !== 'suite') {
        if (type === 'test:pass' && skipped === undefined) counts.passed++;
        if (skipped !== undefined) {
          counts.skipped++;
          yield `- ${data.name} (skipped: ${skipped})\n`;
        }
      }
    }
  }

  for (const file of unfinishedFiles) yield fail(file, 'The file ended before its tests did, or has none.');
  if (counts.failed === 0 && !runnerSucceeded) yield fail('node --test', 'The runner reports a failure.');
  if (failures.length > 1) yield `\nFailed:\n${failures.map((title) => `  ${title}\n`).join('')}`;
  yield slowestFiles(secondsOfFiles);
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
  yield closingLine(counts);
}
