import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WrapperError } from '../../src/errors/wrapper-error.ts';
import type { RegistryLookup } from '../../src/registry/lookup.ts';
import { lookupWithOutages } from '../../src/registry/lookup-with-outages.ts';
import { RegistryOutageError, RegistryOutages } from '../../src/registry/outages.ts';
import type { ErrorType } from '../../src/tracking/vocabulary.ts';

const { signal } = new AbortController();
const REPOSITORY = { registry: 'a.example', path: 'app' };
const IMAGE = 'docker://a.example/app:1';

/** A lookup in which every question takes 100 s, and fails with this error if there is one. */
const lookupThatFails = (failure: { errorType?: ErrorType }) => {
  const time = { ms: 0 };
  const clock = { monotonicMs: () => time.ms };
  let asked = 0;
  const ask = async <T>(answer: T): Promise<T> => {
    asked++;
    time.ms += 100_000;
    if (failure.errorType !== undefined)
      throw new WrapperError('it failed', { errorType: failure.errorType, exitCode: 1 });
    return answer;
  };
  const plain: RegistryLookup = {
    connect: () => {},
    tags: () => ask(['1']),
    head: () => ask({ digest: 'sha256:a' }),
    manifest: () => ask(Buffer.from('{}')),
    requestedPauseSeconds: async () => 7,
    countsPulls: (registry) => registry === 'docker.io',
    pullsLeft: () => 5,
  };
  const outages = new RegistryOutages(clock);
  const heard: string[] = [];
  const lookup = lookupWithOutages(plain, outages, clock, {
    questionAsked: (registry) => heard.push(`asked ${registry}`),
    questionClosed: (registry, isAnswered) => heard.push(`${isAnswered ? 'answer' : 'none'} ${registry}`),
  });
  return { lookup, heard, asked: () => asked };
};

test('a registry that answers nobody is asked no more, for tags and for images each', async () => {
  const { lookup, asked } = lookupThatFails({ errorType: 'timeout' });
  await assert.rejects(lookup.head(IMAGE, {}, signal), /it failed/);
  await assert.rejects(lookup.manifest(IMAGE, {}, signal), /it failed/);
  await assert.rejects(lookup.head(IMAGE, {}, signal), /it failed/);
  await assert.rejects(lookup.head(IMAGE, {}, signal), RegistryOutageError);
  await assert.rejects(lookup.manifest(IMAGE, {}, signal), RegistryOutageError);
  assert.equal(asked(), 3);
  for (let time = 0; time < 3; time++) await assert.rejects(lookup.tags(REPOSITORY, {}, signal), /it failed/);
  await assert.rejects(lookup.tags(REPOSITORY, {}, signal), RegistryOutageError);
  assert.equal(asked(), 6);
});

test('an answer, even a refusal, shows that it is there', async () => {
  const failure: { errorType?: ErrorType } = { errorType: 'unauthorized' };
  const { lookup, asked } = lookupThatFails(failure);
  for (let time = 0; time < 5; time++) await assert.rejects(lookup.head(IMAGE, {}, signal), /it failed/);
  assert.equal(asked(), 5);
  failure.errorType = 'dns';
  await assert.rejects(lookup.head(IMAGE, {}, signal));
  await assert.rejects(lookup.head(IMAGE, {}, signal));
  delete failure.errorType;
  assert.deepEqual(await lookup.head(IMAGE, {}, signal), { digest: 'sha256:a' });
  failure.errorType = 'dns';
  await assert.rejects(lookup.head(IMAGE, {}, signal), /it failed/);
});

test('an observer hears of every question that is asked, and of its end', async () => {
  const failure: { errorType?: ErrorType } = {};
  const { lookup, heard } = lookupThatFails(failure);
  await lookup.tags(REPOSITORY, {}, signal);
  failure.errorType = 'timeout';
  for (let time = 0; time < 4; time++) await assert.rejects(lookup.head(IMAGE, {}, signal));
  assert.deepEqual(heard, [
    'asked a.example',
    'answer a.example',
    ...Array(3).fill(['asked a.example', 'none a.example']).flat(),
  ]);
});

test('what costs no question passes through', async () => {
  const { lookup } = lookupThatFails({});
  assert.equal(await lookup.requestedPauseSeconds(IMAGE, {}, signal), 7);
  assert.equal(lookup.countsPulls('docker.io'), true);
  assert.equal(lookup.pullsLeft('docker.io'), 5);
});
