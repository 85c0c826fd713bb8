import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLayout } from '../support/images.ts';
import { startCli } from '../support/process.ts';
import { startProxy } from '../support/proxy.ts';
import { startRegistry } from '../support/registry.ts';
import { runHere } from '../support/run-here.ts';
import { privateHome } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

const STOP_BYTES = 200_000;
const BLOB = { method: 'GET', path: /\/blobs\// };

const openScene = async () => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('heartbeat'));
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 400_000 }] });
  const registry = stack.use(await startRegistry());
  await registry.seed(layout.reference('app'), 'app:1');
  const proxy = stack.use(await startProxy(registry));
  const options = { env: privateHome(dir.path), cwd: dir.path };
  const state = ['--state-dir', dir.join('state')];
  const copy = [...state, 'copy', '--src-tls-verify=false', proxy.reference('app:1'), `dir:${dir.join('out')}`];
  const owned = stack.move();
  return { proxy, layout, options, state, copy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

test('of a copy that stands still, another process sees progress frozen and silence growing', async () => {
  await using scene = await openScene();
  scene.proxy.setRules([{ match: BLOB, do: { down: { stallAfterBytes: STOP_BYTES } } }]);
  const copy = startCli(['--heartbeat-interval', '1s', ...scene.copy], scene.options);
  const look = async () => {
    const { stdout } = await runHere(['status', '--json', ...scene.state], scene.options);
    return JSON.parse(stdout).operations[0];
  };
  try {
    await waitFor('the download to stop', () => scene.proxy.requests.some(({ downBytes }) => downBytes === STOP_BYTES));
    const before = await waitFor('a copy that is silent', async () => {
      const operation = await look();
      return operation?.transferred_bytes > 0 && operation.stale_seconds > 2 ? operation : undefined;
    });
    const after = await waitFor('a longer silence', async () => {
      const operation = await look();
      return operation.stale_seconds > before.stale_seconds + 2 ? operation : undefined;
    });
    assert.equal(after.percent, before.percent);
    assert.equal(after.transferred_bytes, before.transferred_bytes);
    const passed = after.running_seconds - before.running_seconds;
    assert.ok(Math.abs(after.stale_seconds - before.stale_seconds - passed) < 0.1, 'both clocks go on alike');
  } finally {
    copy.kill('SIGTERM');
    await copy.result;
  }
});

test('a slow drip is never taken for a stall', async () => {
  await using scene = await openScene();
  // Blobs of 400 kB at 30 kB/s, while 8 s of silence would end it.
  scene.proxy.setRules([{ match: BLOB, do: { down: { bytesPerSecond: 30_000 } } }]);
  const { exitCode, stderr } = await runHere(['--stall-timeout', '8s', ...scene.copy], scene.options);
  assert.equal(exitCode, 0, stderr);
});

test('an upload that the system sends for the waiting skopeo is never taken for a stall', async () => {
  await using scene = await openScene();
  await scene.layout.addImage('big', { layers: [{ sizeBytes: 8_000_000 }] });
  // The last 4 MB lie in skopeo's socket, and leave it within some 4 s in which skopeo does nothing.
  scene.proxy.setRules([{ match: { method: 'PATCH' }, do: { up: { bytesPerSecond: 1_000_000 } } }]);
  const [source, destination] = [scene.layout.reference('big'), scene.proxy.reference('uploaded/big:1')];
  const upload = ['--stall-timeout', '3s', 'copy', '--dest-tls-verify=false', source, destination];
  const { exitCode, stderr } = await runHere(upload, scene.options);
  assert.equal(exitCode, 0, stderr);
});
