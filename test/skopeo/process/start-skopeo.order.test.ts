import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startSkopeo } from '../../../src/skopeo/process/start-skopeo.ts';
import { Terminals } from '../../../src/skopeo/process/terminals.ts';
import { writeProgram } from '../../support/program.ts';
import { tempDir } from '../../support/temp.ts';

const ROUNDS = 20;

test('what was written to stderr before a line of stdout is heard before it, however late both are read', async () => {
  await using dir = await tempDir('held-back');
  const end = dir.join('end');
  const script = `for i in $(seq ${ROUNDS}); do echo "log $i" >&2; echo "line $i"; done; : >'${end}'`;
  const heard: string[] = [];
  const { ended } = startSkopeo({
    binary: writeProgram(dir.join('skopeo'), script),
    args: [],
    env: process.env,
    cwd: dir.path,
    terminals: new Terminals(undefined),
    streams: 'progress',
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (event.type === 'output-line') heard.push(event.text);
    },
    onErrorLine: () => {},
  });
  while (!existsSync(end)); // nothing is read meanwhile
  await ended;
  assert.equal(heard.length, 2 * ROUNDS);
  for (let round = 1; round <= ROUNDS; round++)
    assert.ok(heard.indexOf(`log ${round}`) < heard.indexOf(`line ${round}`), `round ${round}: ${heard.join(', ')}`);
});
