import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StdoutParser } from '../../src/skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../src/tracking/events.ts';
import { simulatedCopy } from '../support/simulated-copy.ts';

const HEX = '1d6fea2e89e6';
const DIGEST = `sha256:${HEX.padEnd(64, '0')}`;
const MIB = 1024 ** 2;

/** A copy under way on a simulated clock, and what its heartbeat shows at any moment. */
const startCopy = (onTerminal = true) => {
  const time = simulatedCopy(1_000_000);
  const { tracker } = time;
  const stdout = new StdoutParser();
  const handle = (event: OperationEvent): void => tracker.handle(event);
  handle({ type: 'attempt-started', attempt: 1, onTerminal });
  handle({ type: 'manifest-known', blobs: [{ kind: 'layer', digest: DIGEST, sizeBytes: 100 * MIB }] });
  return {
    handle,
    pass: (seconds: number): void => {
      time.nowMs += seconds * 1000;
    },
    print: (text: string): void => stdout.push(Buffer.from(text)).forEach(handle),
    shown: () => {
      const { startedMs, lastProgressMs, percent, transferredBytes } = tracker.live();
      return {
        durationSeconds: (time.nowMs - startedMs) / 1000,
        staleSeconds: (time.nowMs - lastProgressMs) / 1000,
        percent,
        transferredBytes,
      };
    },
    silentSeconds: () => (time.nowMs - tracker.quietSinceMs()) / 1000,
  };
};

const row = (mebibytes: number): string =>
  `Copying blob ${HEX} [=>--] ${mebibytes.toFixed(1)}MiB / 100.0MiB | 1.0 MiB/s\r\n`;

describe('heartbeat', () => {
  test('a stall freezes the progress, but neither duration nor stale seconds', () => {
    const copy = startCopy();
    copy.pass(10);
    copy.print(row(50));
    copy.pass(3600);
    assert.deepEqual(copy.shown(), {
      durationSeconds: 3610,
      staleSeconds: 3600,
      percent: 50,
      transferredBytes: 50 * MIB,
    });
  });

  test('frames that repeat themselves are no progress, one new number is', () => {
    const copy = startCopy();
    copy.print(row(50));
    for (let frame = 0; frame < 100; frame++) {
      copy.pass(0.15);
      copy.print(`\x1b[1A\x1b[J${row(50)}`);
    }
    assert.equal(Math.round(copy.shown().staleSeconds), 15);
    copy.print(`\x1b[1A\x1b[J${row(50.1)}`);
    assert.equal(copy.shown().staleSeconds, 0);
  });

  test('bytes of the process are progress where rows say nothing', () => {
    const copy = startCopy();
    copy.print(row(100));
    for (let sample = 0; sample <= 7200; sample++) {
      copy.pass(0.5);
      copy.handle({ type: 'io-sampled', readBytes: 5e8, writtenBytes: sample * 1500 });
      assert.ok(copy.shown().staleSeconds <= 2, 'an upload of 3 KB/s is never stale');
    }
  });

  test('a process that waits for its socket to drain is not stale, one whose socket stands still is', () => {
    const copy = startCopy();
    const sample = (queuedBytes: number) => {
      copy.pass(0.5);
      copy.handle({ type: 'io-sampled', readBytes: 5e8, writtenBytes: 5e8, queuedBytes });
    };
    for (let queued = 4e6; queued > 1e6; queued -= 1500) {
      sample(queued);
      assert.ok(copy.shown().staleSeconds <= 2, 'an upload of 3 KB/s is never stale');
    }
    for (let count = 0; count < 60; count++) sample(1e6);
    assert.ok(copy.shown().staleSeconds > 28);
  });

  test('the few bytes that a process moves while it waits are none', () => {
    const copy = startCopy();
    copy.handle({ type: 'io-sampled', readBytes: 1000, writtenBytes: 1000 });
    for (let sample = 1; sample <= 600; sample++) {
      copy.pass(0.5);
      copy.handle({ type: 'io-sampled', readBytes: 1000 + sample * 4, writtenBytes: 1000 });
    }
    assert.equal(copy.shown().staleSeconds, 300);
  });

  test('any line is a sign of life, on a pipe as well', () => {
    const copy = startCopy(false);
    copy.pass(20);
    copy.print(`Copying blob ${DIGEST}\n`);
    assert.equal(copy.shown().staleSeconds, 0);
    copy.pass(20);
    copy.print('something that nobody knows\n');
    assert.equal(copy.shown().staleSeconds, 0);
  });

  test('a wait that a registry asked for is stale, but no silence to be ended', () => {
    const copy = startCopy();
    copy.handle({ type: 'rate-limited', registry: 'quay.io', waitSeconds: 60 });
    copy.pass(59);
    assert.equal(copy.shown().staleSeconds, 59);
    assert.ok(copy.silentSeconds() <= 0);
    copy.pass(31);
    assert.equal(copy.silentSeconds(), 30);
  });
});
