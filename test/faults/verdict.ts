import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { readSamples } from '../support/exposition.ts';
import { processesWithEnv, waitFor } from '../support/process.ts';
import type { Arena, Passage } from './arena.ts';
import type { Command } from './commands.ts';
import type { Fault } from './fault.ts';
import type { Report } from './report.ts';
import type { Trial } from './trial.ts';

/** What a machine may add to a promised bound without anything being wrong: more, the more it has to do. */
const graceSeconds = (): number => 60 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** What was said about blobs must hold at the destination. */
const assertBlobsTrue = async (passage: Passage, report: Report): Promise<void> => {
  const arrived = new Set(await passage.end.arrivedBlobs());
  const claimed = report.blobs.filter(({ digest, outcome }) => outcome !== 'failed' && digest.length > 64);
  const missing = claimed.filter(({ digest }) => !arrived.has(digest));
  assert.deepEqual(missing, [], 'blobs that are said to be there are there');
};

/** A copy that succeeded is complete; one that failed left no manifest that would look like an image. */
const assertDestination = async (passage: Passage, arena: Arena, report: Report): Promise<void> => {
  const expected = report.outcome === 'success' ? arena.image.manifest.digest : undefined;
  assert.equal(await passage.end.arrivedDigest(), expected, 'manifest at the destination');
  if (report.outcome === 'success') {
    const all = [...arena.image.layers, arena.image.config].map(({ digest }) => digest);
    assert.deepEqual((await passage.end.arrivedBlobs()).sort(), all.sort(), 'blobs at the destination');
  }
  await assertBlobsTrue(passage, report);
  assert.deepEqual(await passage.end.strayFiles(), [], 'partial files at the destination');
};

const assertNothingLeft = async (trial: Trial): Promise<void> => {
  await waitFor('all processes of the run to be gone', () => processesWithEnv(trial.marker).length === 0);
  assert.deepEqual(trial.leftFiles, [], 'temporary files');
};

const assertReport = ({ cli, report }: Trial, { expect }: Fault, command: Command): Report => {
  const told = `exit ${cli.exitCode}\nstdout: ${cli.stdout.slice(0, 2000)}\nstderr: ${cli.stderr.slice(0, 3000)}`;
  assert.ok(report, `stdout is one JSON object\n${told}`);
  const { errorTypes, maySucceed = false, attempts, withinSeconds } = expect;
  const right =
    report.outcome === 'success'
      ? errorTypes.length === 0 || maySucceed
      : errorTypes.includes(report.errorType as never);
  assert.ok(right, `${report.errorType ?? 'success'} is not one of ${errorTypes.join(', ') || 'success'}\n${told}`);
  const statuses = report.outcome === 'success' ? [0] : command.exitCodes(expect);
  assert.ok(cli.exitCode !== undefined && statuses.includes(cli.exitCode), `exit status ${statuses}\n${told}`);
  assert.equal(report.exitCode, cli.exitCode);
  if (attempts !== undefined) assert.equal(report.attempts, attempts, `attempts\n${told}`);
  assert.ok(report.durationSeconds <= withinSeconds + graceSeconds(), `took ${report.durationSeconds} s`);
  if (report.outcome === 'error') assert.match(cli.stderr, command.complaint, 'people are told');
  return report;
};

/** The metrics count exactly what happened, once. */
const assertMetrics = async ({ textfile }: Trial, report: Report, { name }: Command): Promise<void> => {
  const samples = readSamples(await readFile(textfile, 'utf8'));
  const failures = report.outcome === 'error' ? 1 : 0;
  const errorType = report.errorType ?? 'none';
  assert.equal(samples.sum('skopeo_operations_total'), 1, 'operations');
  assert.equal(samples.sum('skopeo_operations_total', { operation: name, status: report.outcome }), 1, 'status');
  assert.equal(samples.sum('skopeo_operation_errors_total'), failures, 'errors');
  assert.equal(samples.sum('skopeo_operation_errors_total', { error_type: errorType }), failures, 'class of the error');
  assert.equal(samples.sum('skopeo_operation_retries_total'), Math.max(0, report.attempts - 1), 'retries');
  assert.equal(samples.sum('skopeo_transferred_bytes_total'), report.transferredBytes, 'bytes');
  if (name === 'copy') assert.equal(samples.sum('skopeo_blobs_total'), report.blobs.length, 'blobs');
  assert.equal(samples.sum('skopeo_sync_images_total'), report.images, 'images');
  assert.equal(samples.sum('skopeo_active_operations'), 0, 'operations in progress');
};

/** Holds a trial against everything that is promised for its fault. */
export const judgeTrial = async (
  trial: Trial,
  passage: Passage,
  arena: Arena,
  fault: Fault,
  command: Command,
): Promise<void> => {
  const report = assertReport(trial, fault, command);
  if (!fault.fake) await assertDestination(passage, arena, report);
  await assertMetrics(trial, report, command);
  if (!fault.expect.orphans) await assertNothingLeft(trial);
};
