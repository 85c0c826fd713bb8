import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StderrParser, StdoutParser } from '../../src/skopeo/output/output-parser.ts';
import { simulatedCopy } from '../support/simulated-copy.ts';

type Line = readonly [stream: 'stdout' | 'stderr', text: string];

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const log = (message: string): Line => ['stderr', `time="2026-11-22T08:15:46Z" level=debug msg="${message}"`];
const line = (text: string): Line => ['stdout', text];

const stored = (letter: string) => log(`Upload of layer ${digest(letter)} complete`);
const present = (letter: string) => log(`Skipping blob ${digest(letter)} (already present):`);

/** One image as skopeo tells of it on pipes; `fates` are what its log says of its layers. */
const image = (layers: string, config: string, fates: readonly Line[]): readonly Line[] => [
  line('Getting image source signatures'),
  ...[...layers].map((layer) => line(`Copying blob ${digest(layer)}`)),
  ...fates,
  line(`Copying config ${digest(config)}`),
  stored(config),
  line('Writing manifest to image destination'),
];

const instance = (letter: string, position: string): readonly Line[] => [
  log(`Copying instance ${digest(letter)} (${position})`),
  line(`Copying image ${digest(letter)} (${position})`),
];

/** Lines in the order in which they arrive when stderr is read `lead` lines of stdout too early. */
const withStderrAhead = (lines: readonly Line[], lead: () => number): readonly Line[] => {
  let shown = 0;
  let least = 0;
  const placed = lines.map((one) => {
    if (one[0] === 'stdout') return { one, at: ++shown };
    least = Math.max(least, shown - lead());
    return { one, at: least + 0.5 };
  });
  return placed.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
};

/** What a tracker makes of an attempt: fate and digest of each blob. */
const blobsOf = (attempts: readonly (readonly Line[])[]): readonly string[] => {
  const { tracker } = simulatedCopy();
  for (const [index, lines] of attempts.entries()) {
    tracker.handle({ type: 'attempt-started', attempt: index + 1, onTerminal: false });
    const [stdout, stderr] = [new StdoutParser(), new StderrParser()];
    for (const [stream, text] of lines) {
      const bytes = Buffer.from(`${text}\n`);
      const events = stream === 'stdout' ? stdout.push(bytes) : stderr.push(bytes).flatMap((error) => error.events);
      for (const event of events) tracker.handle(event);
    }
  }
  return tracker.settle(true).blobs.map(({ digest: name, outcome }) => `${name.at(-1)} ${outcome}`);
};

const SINGLE = image('ab', 'c', [present('a'), stored('b')]);

/** Instances share layer `a`; the second one has none of its own. */
const LIST = [
  ...instance('1', '1/3'),
  ...image('ab', 'c', [stored('a'), stored('b')]),
  ...instance('2', '2/3'),
  ...image('a', 'd', [present('a')]),
  ...instance('3', '3/3'),
  ...image('ae', 'f', [present('a'), stored('e')]),
];

const OF_LIST = ['a copied', 'b copied', 'c copied', 'a skipped', 'd copied', 'a skipped', 'e copied', 'f copied'];

/** No lead, all the log before everything else, and any lead between. */
const leads = (): readonly (() => number)[] => [
  () => 0,
  () => Number.POSITIVE_INFINITY,
  ...Array.from({ length: 200 }, () => () => Math.floor(Math.random() * 12)),
];

test('an image has each of its blobs once, however far its log is ahead', () => {
  for (const lead of leads()) {
    const lines = withStderrAhead(SINGLE, lead);
    assert.deepEqual(blobsOf([lines]).toSorted(), ['a skipped', 'b copied', 'c copied'], JSON.stringify(lines));
  }
});

test('so has each instance of a list, with the fate that it has there', () => {
  for (const lead of leads()) {
    const lines = withStderrAhead(LIST, lead);
    assert.deepEqual(blobsOf([lines]).toSorted(), OF_LIST.toSorted(), JSON.stringify(lines));
  }
});

test('another attempt begins with the first image again', () => {
  const broken = LIST.slice(0, LIST.findIndex(([, text]) => text.includes('(2/3)')) + 3);
  for (const lead of leads()) {
    const attempts = [withStderrAhead(broken, lead), withStderrAhead(LIST, lead)];
    const expected = ['a copied', 'b copied', 'c copied', ...OF_LIST];
    assert.deepEqual(blobsOf(attempts).toSorted(), expected.toSorted(), JSON.stringify(attempts));
  }
});

test('what skopeo begins again by itself is another image', () => {
  const broken = SINGLE.slice(0, 3);
  assert.deepEqual(blobsOf([[...broken, ...SINGLE]]), ['a failed', 'b failed', 'a skipped', 'b copied', 'c copied']);
});
