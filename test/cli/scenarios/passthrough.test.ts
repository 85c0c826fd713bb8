import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../../support/process.ts';
import { writeProgram } from '../../support/program.ts';
import { tempDir } from '../../support/temp.ts';

/** A skopeo of the future: says what it was called with, and ends with status 7. */
const SCRIPT = `if [ "$1" = --version ]; then echo 'skopeo version 9.9.9'; exit 0; fi
for argument; do printf '<%s>' "$argument"; done
cat
exit 7`;

const COMMANDS: readonly (readonly string[])[] = [
  ['future-command'],
  ['future-command', '--new-flag', 'value', '-x', '--other=1', 'operand', '--', '--json'],
  ['--debug', '--tmpdir', '/x', 'future-command', '--debug'],
  ['layers', 'dir:x', 'sha256:0'],
  ['experimental-image-proxy', '--sockfd', '4'],
  ['untrusted-signature-dump-without-verification', 'file'],
];

for (const command of COMMANDS) {
  test(`${command.join(' ')} reaches skopeo as it is, with stdin, stdout and status`, async () => {
    await using dir = await tempDir('passthrough');
    const skopeo = writeProgram(dir.join('skopeo'), SCRIPT);
    const args = ['--no-state', '--skopeo-path', skopeo, ...command];
    const { exitCode, stdout } = await runCli(args, { input: 'INPUT', cwd: dir.path });
    assert.deepEqual(
      { exitCode, stdout },
      { exitCode: 7, stdout: `${command.map((text) => `<${text}>`).join('')}INPUT` },
    );
  });
}
