import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDuration } from '../../src/command-line/values.ts';

describe('parseDuration', () => {
  const good = {
    '90s': 90,
    '1h30m': 5400,
    '1.5h': 5400,
    '300ms': 0.3,
    '2m0.5s': 120.5,
    '10': 10,
    '0.5': 0.5,
    '0': 0,
    '26h': 93_600,
    '2562047h': 9_223_369_200,
  };
  for (const [text, seconds] of Object.entries(good)) {
    it(`${text} is ${seconds} s`, () => assert.equal(parseDuration(text), seconds));
  }

  for (const text of ['', '1d', 's', '-5s', '1h 30m', '5 s', 'ten', '1h30', '.', '1e3', '2562048h', '9'.repeat(400)]) {
    it(`"${text}" is none`, () => assert.equal(parseDuration(text), undefined));
  }
});
