import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEWEST_KNOWN_VERSION } from '../../../src/command-line/flags/help.ts';
import { checkSkopeo } from '../../../src/doctor/checks/skopeo.ts';
import { writeProgram } from '../../support/program.ts';
import { SKOPEO, skopeoVersion } from '../../support/skopeo.ts';
import { tempDir } from '../../support/temp.ts';

const look = (skopeoPath: string) => checkSkopeo({ skopeoPath, env: process.env, cwd: '/' });

test('the skopeo that is there is found, with its version', async () => {
  const { finding, skopeo } = await look(SKOPEO);
  assert.equal(finding.status, 'ok', finding.message);
  assert.equal(skopeo?.version, await skopeoVersion());
  assert.match(finding.message, new RegExp(`${skopeo?.path} is skopeo ${skopeo?.version}`));
});

test('none, or something else, is an error with what to do', async () => {
  for (const path of ['/no/such/skopeo', 'no-such-skopeo', process.execPath]) {
    const { finding, skopeo } = await look(path);
    assert.equal(finding.status, 'error');
    assert.match(finding.next ?? '', /--skopeo-path/);
    assert.equal(skopeo, undefined);
  }
});

test('one that is too old is an error, one that is newer than known a warning', async () => {
  await using dir = await tempDir('doctor-skopeo');
  for (const [version, status] of [
    ['1.8.0', 'error'],
    ['1.9.0', 'ok'],
    [NEWEST_KNOWN_VERSION, 'ok'],
    ['99.1.0', 'warning'],
  ] as const) {
    const path = writeProgram(dir.join(version), `echo skopeo version ${version}`);
    const { finding } = await look(path);
    assert.equal(finding.status, status, finding.message);
    assert.equal(finding.next === undefined, status === 'ok');
  }
});
