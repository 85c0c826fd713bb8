import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StderrParser, StdoutParser } from '../../../src/skopeo/output/output-parser.ts';
import type { OutputEvent } from '../../../src/tracking/events.ts';
import { loadRuns, type RecordedRun, streamBytes } from '../../support/recorded-run.ts';

/** Output up to this size is cut at every byte, longer output at so many places. */
const EVERY_BYTE_UP_TO = 700;
const CUTS_OF_LONG_OUTPUT = 40;

const runs = loadRuns();
const nameOf = ({ skopeo, case: name, mode }: RecordedRun): string => `${skopeo} ${name} ${mode}`;

const stdoutEvents = (chunks: readonly Uint8Array[]): OutputEvent[] => {
  const parser = new StdoutParser();
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
};

const stderrEvents = (chunks: readonly Uint8Array[]): OutputEvent[] => {
  const parser = new StderrParser();
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()].flatMap(({ events }) => events);
};

const STREAMS = [
  ['stdout', stdoutEvents],
  ['stderr', stderrEvents],
] as const;

const piecesOf = (bytes: Buffer, cuts: readonly number[]): Buffer[] =>
  [...cuts, bytes.length].map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));

const cutsOf = ({ length }: Buffer): number[] => {
  const step = length <= EVERY_BYTE_UP_TO ? 1 : length / CUTS_OF_LONG_OUTPUT;
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => Math.floor(index * step));
};

for (const [stream, eventsOf] of STREAMS) {
  test(`${stream} of every recorded run says the same wherever it is cut in two`, () => {
    for (const run of runs) {
      const bytes = streamBytes(run, stream);
      const whole = JSON.stringify(eventsOf([bytes]));
      for (const cut of cutsOf(bytes)) {
        const events = JSON.stringify(eventsOf(piecesOf(bytes, [cut])));
        if (events !== whole) assert.fail(`${nameOf(run)} cut at byte ${cut}`);
      }
    }
  });

  test(`${stream} of every recorded run says the same byte by byte`, () => {
    for (const run of runs) {
      const bytes = streamBytes(run, stream);
      const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
      assert.deepEqual(eventsOf(single), eventsOf([bytes]), nameOf(run));
    }
  });

  test(`${stream} of every recorded run says the same in any pieces`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...runs), fc.array(fc.nat(20_000), { maxLength: 30 }), (run, places) => {
        const bytes = streamBytes(run, stream);
        const cuts = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
        assert.deepEqual(eventsOf(piecesOf(bytes, cuts)), eventsOf([bytes]), nameOf(run));
      }),
    );
  });
}

test('output that breaks off anywhere says nothing that the whole does not say', () => {
  const told = (events: readonly OutputEvent[]) =>
    events.filter(({ type }) => type !== 'output-line').map((event) => JSON.stringify(event));
  for (const run of runs) {
    const bytes = streamBytes(run, 'stdout');
    const whole = told(stdoutEvents([bytes]));
    for (const cut of cutsOf(bytes)) {
      const ofHead = told(stdoutEvents([bytes.subarray(0, cut)]));
      assert.deepEqual(ofHead, whole.slice(0, ofHead.length), `${nameOf(run)} up to byte ${cut}`);
    }
  }
});
