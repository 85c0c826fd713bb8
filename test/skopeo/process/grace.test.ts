import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { withGrace } from '../../../src/skopeo/process/grace.ts';

test('a descendant that keeps the streams of a process does not keep us, and what was written is read', async () => {
  const child = spawn('sh', ['-c', 'sleep 600 & echo $!'], { stdio: ['ignore', 'pipe', 'inherit'] });
  withGrace({ nodeChildProcess: child });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child.stdout, 'close');
  assert.match(output, /^\d+\n$/);
  process.kill(Number(output));
});
