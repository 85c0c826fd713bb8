import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { test } from 'node:test';
import { day } from '../../support/sample.ts';
import { IS_NIGHT } from '../../support/sequences.ts';
import { tempDir } from '../../support/temp.ts';
import type { Fault } from '../faulty-files.ts';
import { fakeCopier } from '../model/copiers.ts';
import { TRANSPORTS, type Transport } from '../model/images.ts';
import { type Step, World } from '../model/world.ts';

const MOST_OPERATIONS = 500;

/** In a daily run one operation in five fails, others the next day. */
const STEP = IS_NIGHT ? 1 : 5;
const FIRST = 1 + (day() % STEP);

const step = (transport: Transport, image: number, fault?: Fault): Step => ({
  place: 'a',
  transport,
  image,
  tag: 'x',
  ending: 'success',
  written: 0,
  fault,
  meanwhile: undefined,
  isBroken: false,
});

/** Replaces an image by another one with a fault at one operation after the other, until it is beyond the last; then once more. */
const tryEveryOperation = async (
  transport: Transport,
  what: Fault['what'],
  before: number | undefined,
  after: number,
) => {
  for (let at = FIRST, isBeyond = false; !isBeyond; at += STEP) {
    assert.ok(at < MOST_OPERATIONS);
    await using dir = await tempDir('killed');
    const world = new World(dir.path, fakeCopier);
    await world.setUp([{ kind: 'file', name: 'b/notes.txt' }]);
    if (before !== undefined) assert.ok(await world.run(step(transport, before)));
    isBeyond = (await world.run(step(transport, after, { at, what }))) && !world.wasAtFault;
    assert.ok(await world.run(step(transport, 0)), `the run after one that ended at operation ${at}`);
    await world.assertSwept();
  }
};

for (const transport of TRANSPORTS) {
  for (const what of ['kill', 'EIO'] as const) {
    test(`${what} at every operation of a copy to ${transport} leaves the old image or the new one`, async () => {
      if (what === 'kill') await tryEveryOperation(transport, what, undefined, 1);
      await tryEveryOperation(transport, what, 1, 3);
    });
  }
}

test('what else lies in the stage of a killed run is removed with it, and links there are not followed', async () => {
  await using dir = await tempDir('killed');
  const world = new World(dir.path, fakeCopier);
  await world.setUp([]);
  const stage = await world.leaveStage(step('dir', 1));
  await mkdir(`${stage}/image/below`, { recursive: true });
  await symlink(world.pathOf('treasure'), `${stage}/image/below/link`);
  await symlink(world.pathOf('treasure/gold'), `${stage}/image/gold`);
  assert.ok(await world.run(step('dir', 1)));
  await world.assertSwept();
});
