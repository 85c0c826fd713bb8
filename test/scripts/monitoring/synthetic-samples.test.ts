import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SyntheticHost } from '../../../scripts/monitoring/synthetic-host.ts';
import { samplesOf, zeroInitialise } from '../../../scripts/monitoring/synthetic-samples.ts';
import { DEFINITIONS } from '../../../src/metrics/contract.ts';

const OTHERS = /^(process_|nodejs_|node_)/;

/** Samples of a host after four busy hours, by name of the metric. */
const labelsByMetric = (source: 'listener' | 'textfile'): Map<string, string[]> => {
  const host = new SyntheticHost(1, 0);
  zeroInitialise(host);
  for (let step = 0; step < 1440; step++) host.advance(10);
  host.start('sync');
  const samples = samplesOf(host, source).filter(({ name }) => !OTHERS.test(name));
  return new Map(
    samples.map(({ name, labels }) => [
      name.replace(/_(bucket|sum|count)$/, ''),
      Object.keys(labels).filter((label) => label !== 'le'),
    ]),
  );
};

describe('synthetic metrics', () => {
  for (const source of ['listener', 'textfile'] as const) {
    it(`have names and labels of the contract, all that a ${source} shows`, () => {
      const shown = labelsByMetric(source);
      for (const [name, labels] of shown) {
        assert.deepEqual(labels.sort(), Object.keys(DEFINITIONS.get(name)?.labels ?? {}).sort(), name);
      }
      const expected = [...DEFINITIONS].filter(([, { where }]) => where === 'both' || where === source);
      assert.deepEqual([...shown.keys()].sort(), expected.map(([name]) => name).sort());
    });
  }

  it('are the same for the same seed', () => {
    const play = () => {
      const host = new SyntheticHost(7, 0);
      for (let step = 0; step < 100; step++) host.advance(30);
      return samplesOf(host, 'listener');
    };
    assert.deepEqual(play(), play());
  });
});
