import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSamples } from '../support/exposition.ts';
import { createLayout } from '../support/images.ts';
import { CLI, killProcessesWithEnv, processesWithEnv } from '../support/process.ts';
import { type RegistryProxy, startProxy } from '../support/proxy.ts';
import { startRegistry } from '../support/registry.ts';
import { privateHome, SKOPEO } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import { openTerminal, type TerminalWindow } from '../support/tmux.ts';
import { waitFor } from '../support/wait-for.ts';

/** A copy in a terminal whose download stands still until the proxy's rules change. */
interface Stage extends AsyncDisposable {
  readonly terminal: TerminalWindow;
  readonly proxy: RegistryProxy;
  /** The command line that copies. */
  copy(...flags: string[]): string;
  /** Waits until a blob is on its way and a bar shows it. */
  underWay(): Promise<void>;
  processes(): ReturnType<typeof processesWithEnv>;
  /** Waits until nothing of the copy lives. */
  gone(): Promise<void>;
  /** What a scrape of the textfile would count. */
  count(metric: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

const quote = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

const openStage = async (): Promise<Stage> => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('terminal'));
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 400_000 }] });
  const registry = stack.use(await startRegistry());
  await registry.seed(layout.reference('app'), 'app:1');
  const stall = { match: { method: 'GET', path: /\/blobs\// }, do: { down: { stallAfterBytes: 50_000 } } };
  const proxy = stack.use(await startProxy(registry, { rules: [stall] }));
  await mkdir(dir.join('metrics'));
  const env = {
    PATH: process.env.PATH ?? '',
    SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO,
    STAGE: dir.path,
    ...privateHome(dir.path),
  };
  const terminal = stack.use(await openTerminal(env, dir.path));
  const marker = `STAGE=${dir.path}`;
  const processes = () => processesWithEnv(marker).filter(({ commandLine }) => commandLine[0] !== 'bash');
  const textfile = dir.join('metrics', 'skopeo.prom');
  const own = ['--metrics-textfile', textfile, '--state-dir', dir.join('state')];
  const owned = stack.move();
  return {
    terminal,
    proxy,
    processes,
    copy: (...flags) =>
      quote([
        ...CLI,
        'copy',
        ...own,
        ...flags,
        '--src-tls-verify=false',
        proxy.reference('app:1'),
        `dir:${dir.join('out')}`,
      ]),
    underWay: async () => {
      await waitFor('a bar', async () => /blob .*%/.test(await terminal.screen()));
    },
    gone: async () => {
      await waitFor('all processes to be gone', () => processes().length === 0);
    },
    count: async (metric, labels) => readSamples(await readFile(textfile, 'utf8')).sum(metric, labels),
    async [Symbol.asyncDispose]() {
      killProcessesWithEnv(marker);
      await owned.disposeAsync();
    },
  };
};

const assertCanceledOnce = async ({ count }: Stage): Promise<void> => {
  assert.equal(await count('skopeo_operations_total'), 1);
  assert.equal(await count('skopeo_operation_errors_total', { error_type: 'canceled' }), 1);
  assert.equal(await count('skopeo_active_operations'), 0);
};

/** Side by side: much of each is waiting. */
describe('a copy in a terminal', { concurrency: 3 }, () => {
  for (const { name, keys, status } of [
    { name: 'Ctrl-C', keys: ['C-c'], status: 130 },
    { name: 'Ctrl-C twice', keys: ['C-c', 'C-c'], status: 130 },
    { name: 'Ctrl-\\', keys: ['C-\\'], status: 131 },
  ]) {
    it(`${name} ends the copy, is counted once, and leaves the terminal clean`, async () => {
      await using stage = await openStage();
      const { terminal } = stage;
      await terminal.type(`${stage.copy()}; echo "status=$?"`);
      await stage.underWay();
      await terminal.press(...keys); // apart, the second one might reach the shell
      await waitFor('the shell', async () => (await terminal.screen()).includes(`\nstatus=${status}\nready>`));
      const screen = await terminal.screen();
      assert.equal(await terminal.isCursorVisible(), true);
      assert.match(screen, /copy failed \(canceled\)/);
      assert.doesNotMatch(screen, /blob +\w{12} \[/, 'no bar is left');
      await stage.gone();
      await assertCanceledOnce(stage);
    });
  }

  it('a terminal that says it has no columns is drawn on, and Ctrl-C is heard', async () => {
    await using stage = await openStage();
    const { terminal } = stage;
    await terminal.type(`(stty cols 0; ${stage.copy()}); echo "status=$?"`);
    await stage.underWay();
    await terminal.press('C-c');
    await waitFor('the shell', async () => (await terminal.screen()).includes('status=130'));
    await stage.gone();
    await assertCanceledOnce(stage);
  });

  it('a terminal that is closed ends the copy, which is counted once', async () => {
    await using stage = await openStage();
    await stage.terminal.type(stage.copy());
    await stage.underWay();
    await stage.terminal.close();
    await stage.gone();
    await assertCanceledOnce(stage);
  });

  /** The download stands still before and after the pause as well, for as long as a busy machine takes for the keys. */
  const STALL_SECONDS = 15;

  it('Ctrl-Z and fg: the screen stays whole, the copy goes on, and the pause is no stall', async () => {
    await using stage = await openStage();
    const { terminal, proxy } = stage;
    await terminal.type('clear');
    await terminal.type(
      `${stage.copy('--stall-timeout', `${STALL_SECONDS}s`, '--retry-times', '1', '--retry-delay', '0s')}; echo "status=$?"`,
    );
    await stage.underWay();
    await terminal.press('C-z');
    await waitFor('the shell to say that it stopped', async () => /Stopped/.test(await terminal.screen()));
    assert.doesNotMatch(await terminal.screen(), /blob +\w{12} \[/, 'the bars are gone while the shell is in front');
    assert.equal(await terminal.isCursorVisible(), true);
    await waitFor('all to be stopped', async () => {
      const states = await Promise.all(stage.processes().map(({ pid }) => readFile(`/proc/${pid}/stat`, 'utf8')));
      return states.length >= 2 && states.every((state) => /^\d+ \(.*\) T /.test(state));
    });
    // Longer than the stall timeout: what is measured is that this time does not count.
    await sleep((STALL_SECONDS + 1) * 1000);
    proxy.setRules([]);
    await terminal.type('fg');
    await stage.underWay();
    proxy.resetConnections();
    await waitFor('the end', async () => /copy done/.test(await terminal.screen()));
    const screen = await terminal.screen();
    assert.match(screen, /Stopped/, 'what the shell has printed is still there');
    assert.doesNotMatch(screen, /stalled/);
    assert.doesNotMatch(screen, /blob +\w{12} \[/, 'no bar is left');
    await stage.gone();
    assert.equal(await stage.count('skopeo_operations_total', { status: 'success' }), 1);
  });

  it('a reader of stdout that goes away (`| head -1`) does not end the copy', async () => {
    await using stage = await openStage();
    const { terminal, proxy } = stage;
    await terminal.type(
      `${stage.copy('--retry-times', '1', '--retry-delay', '0s')} | head -1; echo "statuses=\${PIPESTATUS[*]}"`,
    );
    await stage.underWay();
    proxy.setRules([]);
    proxy.resetConnections();
    await waitFor('the shell', async () => /statuses=0 0/.test(await terminal.screen()));
    assert.match(await terminal.screen(), /copy done/);
    await stage.gone();
    assert.equal(await stage.count('skopeo_operations_total', { status: 'success' }), 1);
  });

  it('Ctrl-C in the wait before a retry ends it at once', async () => {
    await using stage = await openStage();
    const { terminal, proxy } = stage;
    proxy.setRules([{ match: { path: /manifests/ }, do: { answer: { status: 503 } } }]);
    await terminal.type(`${stage.copy('--retry-times', '1', '--retry-delay', '1h')}; echo "status=$?"`);
    await waitFor('the wait', async () => /the next one starts in 1 h/.test(await terminal.screen()));
    await terminal.press('C-c');
    await waitFor('the shell', async () => (await terminal.screen()).includes('\nstatus=130\nready>'));
    await stage.gone();
    await assertCanceledOnce(stage);
  });
});
