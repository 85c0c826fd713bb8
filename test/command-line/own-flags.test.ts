import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GLOBAL_FLAGS, ROOT_FLAGS } from '../../src/command-line/flags/global.ts';
import { SUBCOMMANDS } from '../../src/command-line/flags/table.ts';
import { OWN_FLAGS, readOwnFlags, variableOf } from '../../src/command-line/own-flags.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';

const GOOD: readonly (readonly [flag: string, text: string, key: keyof typeof OWN_FLAGS, value: unknown])[] = [
  ['job-name', 'mirror.nightly-1', 'jobName', 'mirror.nightly-1'],
  ['job-max-age', '48h', 'jobMaxAgeSeconds', 172_800],
  ['metrics-listen', '9100', 'metricsListen', { host: 'localhost', port: 9100 }],
  ['metrics-listen', '0.0.0.0:0', 'metricsListen', { host: '0.0.0.0', port: 0 }],
  ['metrics-listen', ':9100', 'metricsListen', { host: '', port: 9100 }],
  ['metrics-listen', '[::1]:9100', 'metricsListen', { host: '::1', port: 9100 }],
  ['no-state', 'true', 'noState', true],
  ['no-state', '0', 'noState', false],
  ['stall-timeout', '0', 'stallTimeoutSeconds', 0],
  ['timeout', '90', 'timeoutSeconds', 90],
  ['progress', 'plain', 'progress', 'plain'],
  ['events', '-', 'events', '-'],
];

const BAD: readonly (readonly [flag: string, text: string])[] = [
  ['job-name', 'a b'],
  ['job-name', 'x'.repeat(65)],
  ['job-max-age', '0'],
  ['metrics-listen', 'host:99999'],
  ['metrics-listen', 'host'],
  ['metrics-listen', '[::g]:9100'],
  ['metrics-textfile', ''],
  ['heartbeat-interval', '-1s'],
  ['heartbeat-interval', '1ns'],
  ['heartbeat-interval', '1000h'],
  ['timeout', '3000000h'],
  ['progress', 'bars'],
  ['json', 'yes'],
  ['timeout', '5 minutes'],
];

describe('readOwnFlags', () => {
  it('has the defaults of the documentation', () => {
    const own = readOwnFlags(new Map(), {});
    assert.partialDeepStrictEqual(own, {
      jobMaxAgeSeconds: 93_600,
      heartbeatIntervalSeconds: 10,
      progress: 'auto',
      json: false,
    });
    assert.equal(own.stallTimeoutSeconds, undefined);
  });

  for (const [flag, text, key, value] of GOOD) {
    it(`reads --${flag} ${text} and ${variableOf(flag)}=${text}`, () => {
      assert.deepEqual(readOwnFlags(new Map([[flag, text]]), {})[key], value);
      assert.deepEqual(readOwnFlags(new Map(), { [variableOf(flag)]: text })[key], value);
    });
  }

  for (const [flag, text] of BAD) {
    it(`refuses --${flag} "${text}", naming it, the value and what is right`, () => {
      const refused = (origin: string) => (error: unknown) =>
        error instanceof WrapperError &&
        error.exitCode === 64 &&
        error.message === `${origin}: "${text}" is not valid` &&
        error.next?.startsWith('Give ') === true;
      assert.throws(() => readOwnFlags(new Map([[flag, text]]), {}), refused(`--${flag}`));
      if (text === '') return;
      const variable = variableOf(flag);
      assert.throws(() => readOwnFlags(new Map(), { [variable]: text }), refused(variable));
    });
  }

  it('lets a flag win over its variable, and an empty variable be none', () => {
    const env = { SKOPEO_WRAPPER_JOB_NAME: 'env', SKOPEO_WRAPPER_TIMEOUT: '' };
    assert.equal(readOwnFlags(new Map([['job-name', 'flag']]), env).jobName, 'flag');
    assert.equal(readOwnFlags(new Map(), env).jobName, 'env');
    assert.equal(readOwnFlags(new Map(), env).timeoutSeconds, undefined);
  });
});

it('no flag of the wrapper hides one of skopeo', () => {
  const skopeo = new Set(
    [...GLOBAL_FLAGS, ...ROOT_FLAGS, ...SUBCOMMANDS.flatMap(({ flags }) => flags)].map((one) => one.name),
  );
  for (const { name } of Object.values(OWN_FLAGS)) assert.ok(!skopeo.has(name), name);
});
