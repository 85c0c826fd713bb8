import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withFlagsFromHelp } from '../../../src/command-line/flags/help.ts';
import { DELETE } from '../../../src/command-line/flags/registry-commands.ts';

it('a newer skopeo teaches its new flags by its help', () => {
  const help = `Flags:
      --authfile string     path of the registry credentials file
  -h, --help                help for delete
  -k, --keep-blobs          keep the blobs
      --wait duration       wait for that long
`;
  const added = withFlagsFromHelp(DELETE.flags, help).slice(DELETE.flags.length);
  assert.deepEqual(added, [
    { name: 'keep-blobs', kind: 'boolean', short: 'k', description: 'keep the blobs' },
    { name: 'wait', kind: 'duration', placeholder: 'DURATION', description: 'wait for that long' },
  ]);
});
