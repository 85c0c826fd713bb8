import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checkPolicy } from '../../../src/doctor/checks/policy.ts';
import { createLayout } from '../../support/images.ts';
import { privateHome, skopeo } from '../../support/skopeo.ts';
import { tempDir } from '../../support/temp.ts';

const ACCEPT = [{ type: 'insecureAcceptAnything' }];
const REJECT = [{ type: 'reject' }];

const POLICIES = [
  { status: 'ok', text: JSON.stringify({ default: ACCEPT }), copies: true },
  { status: 'ok', text: JSON.stringify({ default: REJECT, transports: { oci: { '': ACCEPT } } }), copies: true },
  { status: 'error', text: JSON.stringify({ default: REJECT }), copies: false },
  { status: 'error', text: JSON.stringify({ default: REJECT, transports: { oci: { '': REJECT } } }), copies: false },
  { status: 'error', text: JSON.stringify({ default: [] }), copies: false },
  { status: 'error', text: '{}', copies: false },
  { status: 'error', text: '{"default": [', copies: false },
] as const;

test('a policy that lets no image pass, or is none, is an error: so says the real skopeo', async () => {
  await using dir = await tempDir('doctor-policy');
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 100 }] });
  for (const { status, text, copies } of POLICIES) {
    const path = dir.join('policy.json');
    await writeFile(path, text);
    const finding = await checkPolicy([path]);
    assert.equal(finding.status, status, text);
    assert.equal(finding.next === undefined, status === 'ok');
    const copy = ['--policy', path, 'copy', layout.reference('app'), `dir:${dir.join('out')}`];
    assert.equal((await skopeo(copy, { env: privateHome(dir.path) })).exitCode === 0, copies, text);
  }
});

test('the first that is there decides; none at all is an error', async () => {
  await using dir = await tempDir('doctor-policy');
  const [own, system] = [dir.join('own.json'), dir.join('system.json')];
  const missing = await checkPolicy([own, system]);
  assert.equal(missing.status, 'error');
  assert.match(missing.message, /own\.json or .*system\.json/);
  await writeFile(system, JSON.stringify({ default: ACCEPT }));
  assert.equal((await checkPolicy([own, system])).subject, system);
  await writeFile(own, JSON.stringify({ default: REJECT }));
  assert.equal((await checkPolicy([own, system])).status, 'error');
});
