import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { timeLimitOf } from '../../src/operation/termination.ts';
import { runCli } from '../support/process.ts';
import { startProxy } from '../support/proxy.ts';
import { startRegistry } from '../support/registry.ts';
import { privateHome } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';

const limitOf = (line: string) => timeLimitOf(parseCommandLine(['inspect', ...line.split(' ')], {}));

describe('the time limit', () => {
  test('is the shorter one of both flags', () => {
    assert.deepEqual(limitOf('--timeout 5s x'), { seconds: 5, setBy: '--timeout' });
    assert.deepEqual(limitOf('--command-timeout 5s x'), { seconds: 5, setBy: '--command-timeout' });
    assert.deepEqual(limitOf('--timeout 5s --command-timeout 1m x'), { seconds: 5, setBy: '--timeout' });
    assert.deepEqual(limitOf('--timeout 1m --command-timeout 5s x'), { seconds: 5, setBy: '--command-timeout' });
    assert.equal(limitOf('x'), undefined);
    assert.equal(limitOf('--command-timeout 0 x'), undefined);
  });

  for (const flag of ['--timeout', '--command-timeout']) {
    test(`that ended a run is named: ${flag}`, async () => {
      await using dir = await tempDir('limit');
      await using registry = await startRegistry();
      await using silent = await startProxy(registry, { rules: [{ do: { silent: true } }] });
      const commands = [
        ['inspect', '--tls-verify=false', `docker://${silent.host}/app:1`],
        ['sync', '--src=docker', '--dest=dir', '--src-tls-verify=false', `${silent.host}/app:1`, dir.join('out')],
      ];
      for (const command of commands) {
        const env = privateHome(dir.path);
        const { exitCode, stderr } = await runCli([...command, '--no-state', flag, '200ms'], { env });
        assert.equal(exitCode, 124, stderr);
        assert.match(stderr, new RegExp(`not finished after 0.2 s \\(${flag}\\)`));
      }
    });
  }
});
