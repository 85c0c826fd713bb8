import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryOutageError, RegistryOutages } from '../../src/registry/outages.ts';

const DOWN = 'down.example';

/** Outages at 1000 s on their clock, and failures of questions that took so many seconds. */
const make = () => {
  const time = { seconds: 1000 };
  const outages = new RegistryOutages({ monotonicMs: () => time.seconds * 1000 });
  const fail = (tookSeconds: number, count = 1) => {
    for (let done = 0; done < count; done++)
      outages.unanswered(DOWN, 'images', (time.seconds - tookSeconds) * 1000, 'timeout');
  };
  return { time, outages, fail };
};

test('a registry is given up when nobody has got an answer for a minute, in three attempts', () => {
  const { outages, fail } = make();
  fail(120, 2);
  assert.equal(outages.refusal(DOWN, 'images'), undefined);
  fail(90);
  const refusal = outages.refusal(DOWN, 'images');
  assert.ok(refusal instanceof RegistryOutageError);
  assert.equal(refusal.message, 'not tried, since down.example has not answered for 120 s');
  assert.equal(refusal.errorType, 'timeout');
  assert.match(refusal.next ?? '', /down\.example/);
  assert.equal(outages.refusal('up.example', 'images'), undefined);
});

test('many failures within a moment are not enough', () => {
  const { outages, fail, time } = make();
  fail(1, 100);
  assert.equal(outages.refusal(DOWN, 'images'), undefined);
  time.seconds += 59;
  fail(1);
  assert.ok(outages.refusal(DOWN, 'images'));
});

test('an answer ends it, and what was asked before that answer tells nothing about the time after', () => {
  const { outages, fail, time } = make();
  fail(120, 3);
  outages.answered(DOWN, 'images');
  assert.equal(outages.refusal(DOWN, 'images'), undefined);
  time.seconds += 10;
  fail(200, 3);
  assert.equal(outages.refusal(DOWN, 'images'), undefined);
  time.seconds += 60;
  fail(1);
  assert.match(outages.refusal(DOWN, 'images')?.message ?? '', /for 70 s/);
});

test('an answer of long ago does not make a short silence long', () => {
  const { outages, fail, time } = make();
  outages.answered(DOWN, 'images');
  time.seconds += 3600;
  fail(1, 3);
  assert.equal(outages.refusal(DOWN, 'images'), undefined);
});

test('a registry that lists no tags may have images, from a mirror of it', () => {
  const { outages, fail } = make();
  fail(120, 3);
  assert.equal(outages.refusal(DOWN, 'tags'), undefined);
});

test('what is forgotten may be asked again', () => {
  const { outages, fail } = make();
  fail(120, 3);
  outages.forget();
  assert.equal(outages.refusal(DOWN, 'images'), undefined);
});
