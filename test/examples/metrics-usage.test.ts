import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { readSamples, type Samples } from '../support/exposition.ts';
import { privateHome } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import { EXAMPLES } from './support/rule-files.ts';

/** What one scene printed. */
interface Scene {
  readonly text: string;
  readonly samples: Samples;
}

const scenesOf = (output: string): ReadonlyMap<string, Scene> =>
  new Map(
    output.split(/^\d+\. /m).flatMap((part) => {
      const [title, ...lines] = part.split('\n');
      const text = lines.map((line) => line.trim()).join('\n');
      return title ? [[title, { text, samples: readSamples(text) }] as const] : [];
    }),
  );

describe('metrics-usage.ts', () => {
  let scenes: ReadonlyMap<string, Scene> = new Map();
  let left: readonly string[] = [];

  before(async () => {
    await using directory = await tempDir('example');
    const { stdout } = await promisify(execFile)(process.execPath, [join(EXAMPLES, 'metrics-usage.ts')], {
      cwd: directory.path,
      env: { PATH: process.env.PATH, ...privateHome(directory.path) },
    });
    scenes = scenesOf(stdout);
    left = (await readdir(directory.path)).filter((name) => name.startsWith('skopeo-wrapper-'));
  });

  const scene = (title: string): Scene => {
    const found = scenes.get(title);
    assert.ok(found, `no scene "${title}" among ${[...scenes.keys()].join(', ')}`);
    return found;
  };

  it('plays six scenes and leaves nothing behind', () => {
    assert.equal(scenes.size, 6);
    assert.deepEqual(left, []);
  });

  it('counts a copy: blobs and the very bytes of the result', () => {
    const { text, samples } = scene('Basic use');
    const bytes = Number(/success: 3 blobs, (\d+) bytes/.exec(text)?.[1]);
    assert.ok(bytes > 400 * 1024, text);
    assert.equal(samples.sum('skopeo_operations_total', { operation: 'copy', status: 'success' }), 1);
    assert.equal(samples.sum('skopeo_transferred_bytes_total', { operation: 'copy' }), bytes);
    assert.equal(samples.sum('skopeo_blobs_total', { operation: 'copy', outcome: 'copied' }), 3);
  });

  it('has metrics of its own in the same registry', () => {
    const { samples } = scene('A registry and metrics of your own');
    assert.equal(samples.sum('releases_total', { team: 'platform' }), 1);
    assert.equal(samples.sum('skopeo_operations_total', { status: 'success', team: 'platform' }), 1);
  });

  it('tracks an operation by hand, with a heartbeat a second later', () => {
    const { text, samples } = scene('OperationTracker by hand, a heartbeat every second');
    assert.equal(samples.sum('skopeo_operation_last_progress_percent', { current_step: 'copying_blob' }), 25);
    const beats = [...text.matchAll(/^skopeo_operation_heartbeat_timestamp_seconds\S+ (\S+)$/gm)];
    const [first = Number.NaN, second = Number.NaN] = beats.map(([, seconds]) => Number(seconds));
    assert.ok(second - first >= 0.9, text);
    assert.match(text, /success: 409600 bytes/);
  });

  it('scrapes its own metrics server', () => {
    const { text, samples } = scene('The metrics server');
    assert.match(text, /GET \/metrics: 200 text\/plain; version=0\.0\.4/);
    assert.equal(samples.sum('skopeo_operations_total', { status: 'success' }), 1);
  });

  it('counts and classifies an error, and says what to do', () => {
    const { text, samples } = scene('An error that is counted and classified');
    assert.match(text, /error: not_found, exit code 1\nCheck that .*no-such-tag/);
    assert.equal(samples.sum('skopeo_operation_errors_total', { operation: 'copy', error_type: 'not_found' }), 1);
    assert.equal(samples.sum('skopeo_operations_total', { operation: 'copy', status: 'error' }), 1);
  });

  it('shows a killed process as crashed', () => {
    const [before = '', after = ''] = scene('A killed process shows up as crashed').text.split('after SIGKILL:');
    assert.equal(readSamples(before).sum('skopeo_active_operations', { operation: 'copy' }), 1);
    const samples = readSamples(after);
    assert.equal(samples.sum('skopeo_active_operations'), 0);
    assert.equal(samples.sum('skopeo_operation_errors_total', { operation: 'copy', error_type: 'crashed' }), 1);
    assert.equal(samples.sum('skopeo_orphaned_operations_total', { operation: 'copy' }), 1);
    assert.match(after, /for node_exporter: \S+\/skopeo\.prom/);
  });
});
