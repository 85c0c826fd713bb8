import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryPauses } from '../../src/registry/pauses.ts';

const make = () => {
  const time = { ms: 1000 };
  const pauses = new RegistryPauses({ monotonicMs: () => time.ms });
  const heard: [string, number][] = [];
  return { time, pauses, heard, listen: () => pauses.listen((...pause) => heard.push(pause)) };
};

test('a pause holds for its registry alone, until it is over', () => {
  const { pauses, time } = make();
  pauses.pause('a.example', 30);
  assert.equal(pauses.remainingSeconds('a.example'), 30);
  assert.equal(pauses.remainingSeconds('b.example'), 0);
  time.ms += 29_000;
  assert.equal(pauses.remainingSeconds('a.example'), 1);
  time.ms += 2_000;
  assert.equal(pauses.remainingSeconds('a.example'), 0);
});

test('of pauses that overlap the longest holds, and only what lengthens one is told', () => {
  const { pauses, heard, listen } = make();
  listen();
  pauses.pause('a.example', 30);
  pauses.pause('a.example', 10);
  pauses.pause('a.example', 40);
  assert.equal(pauses.remainingSeconds('a.example'), 40);
  assert.deepEqual(heard, [
    ['a.example', 30],
    ['a.example', 40],
  ]);
});

test('who comes later hears of the pauses that hold, and who has gone of none', () => {
  const { pauses, time, heard, listen } = make();
  pauses.pause('over.example', 5);
  pauses.pause('a.example', 30);
  time.ms += 10_000;
  const stop = listen();
  assert.deepEqual(heard, [['a.example', 20]]);
  stop();
  pauses.pause('b.example', 1);
  assert.equal(heard.length, 1);
});
