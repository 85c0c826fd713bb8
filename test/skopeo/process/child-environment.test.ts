import assert from 'node:assert/strict';
import { it } from 'node:test';
import { childEnvironment } from '../../../src/skopeo/process/child-environment.ts';

it('children do not get the variables of the wrapper', () => {
  const env = { PATH: '/bin', SKOPEO_WRAPPER_SRC_CREDS: 'u:p', SKOPEO_WRAPPER_JOB_NAME: 'j', REGISTRY_AUTH_FILE: '/f' };
  assert.deepEqual(childEnvironment(env), { PATH: '/bin', REGISTRY_AUTH_FILE: '/f' });
});
