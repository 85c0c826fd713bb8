import { setTimeout as sleep } from 'node:timers/promises';
import { countRequests } from '../../../test/support/proxy/journal.ts';
import { mountSmallDisk } from '../../../test/support/small-disk.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { type Case, copyScene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const BLOB = { method: 'GET', path: /\/blobs\/sha256/ };
const BUSY = { status: 503, body: '{"errors":[{"code":"UNAVAILABLE","message":"service unavailable"}]}' };
const RETRY = ['--retry-times', '2'];

/** Digest of the nth layer of a tag of the layout. */
const layerDigest = async (stage: Stage, tag: string, index: number): Promise<string> => {
  const manifest = JSON.parse((await stage.source.registry.client.manifest(`team/${tag}`, '1')).toString());
  return manifest.layers[index].digest;
};

/** Kills the process once blobs flow and rows have moved. */
const killWhenMoving =
  (stage: Stage, signal: NodeJS.Signals) =>
  async (pid: number): Promise<void> => {
    await waitFor('blobs to flow', () => countRequests(stage.source.proxy.requests, BLOB) > 0);
    await sleep(800);
    process.kill(pid, signal);
  };

/** Copies that fail or that fail at first. */
export const FAILURE_CASES: Readonly<Record<string, Case>> = {
  'retry-manifest-hangs-up': {
    async prepare(stage) {
      const source = await stage.seed('app2');
      stage.source.proxy.setRules([{ match: { path: /manifests/, times: 1 }, do: { hangUp: true } }]);
      return copyScene(source, stage.target('app2:1'), RETRY, { attempts: 2 });
    },
  },
  'retry-503': {
    since: '1.19.0',
    async prepare(stage) {
      const source = await stage.seed('app2');
      stage.source.proxy.setRules([{ match: { path: /manifests/, times: 1 }, do: { answer: BUSY } }]);
      return copyScene(source, stage.target('app2:1'), RETRY, { attempts: 2 });
    },
  },
  'retry-upload-hangs-up': {
    async prepare(stage) {
      const source = await stage.seed('app');
      stage.source.proxy.setLink({ downBytesPerSecond: 6 * 2 ** 20 });
      const match = { method: 'POST', skip: 2, times: 1 };
      stage.destination.proxy.setRules([{ match, do: { hangUp: true } }]);
      return copyScene(source, stage.target('app:1'), RETRY, { attempts: 2 });
    },
  },
  'retry-manifest-upload-hangs-up': {
    async prepare(stage) {
      const source = await stage.seed('app');
      const match = { method: 'PUT', path: /manifests/, times: 1 };
      stage.destination.proxy.setRules([{ match, do: { hangUp: true } }]);
      return copyScene(source, stage.target('app:1'), RETRY, { attempts: 2 });
    },
  },
  'retry-in-vain': {
    async prepare(stage) {
      const source = await stage.seed('app2');
      stage.source.proxy.setRules([{ match: { path: /manifests/ }, do: { hangUp: true } }]);
      const rest = { attempts: 2, errorType: 'connection_lost' };
      return copyScene(source, stage.target('app2:1'), ['--retry-times', '1'], rest);
    },
  },
  'rate-limited-then-ok': {
    async prepare(stage) {
      const source = await stage.seed('app2');
      const answer = { status: 429, headers: { 'retry-after': '1' }, body: '{"errors":[{"code":"TOOMANYREQUESTS"}]}' };
      stage.source.proxy.setRules([{ match: { ...BLOB, times: 1 }, do: { answer } }]);
      return copyScene(source, stage.target('app2:1'));
    },
  },
  'fail-503': {
    async prepare(stage) {
      const source = await stage.seed('app2');
      stage.source.proxy.setRules([{ match: { path: /manifests/ }, do: { answer: BUSY } }]);
      return copyScene(source, stage.target('app2:1'), [], { errorType: 'server_error' });
    },
  },
  'fail-corrupt-blob': {
    async prepare(stage) {
      const source = await stage.seed('app');
      const path = new RegExp(await layerDigest(stage, 'app', 1));
      stage.source.proxy.setLink({ downBytesPerSecond: 6 * 2 ** 20 });
      stage.source.proxy.setRules([{ match: { method: 'GET', path }, do: { down: { corruptByteAt: 1_000_000 } } }]);
      return copyScene(source, stage.target('app:1'), [], { errorType: 'digest_mismatch' });
    },
  },
  'fail-truncated-blob': {
    async prepare(stage) {
      const source = await stage.seed('app');
      const path = new RegExp(await layerDigest(stage, 'app', 1));
      stage.source.proxy.setRules([{ match: { method: 'GET', path }, do: { down: { cutAfterBytes: 500_000 } } }]);
      return copyScene(source, stage.target('app:1'), [], { errorType: 'connection_lost' });
    },
  },
  'resume-blob': {
    since: '1.12.0',
    async prepare(stage) {
      const source = await stage.seed('app');
      const path = new RegExp(await layerDigest(stage, 'app', 1));
      const match = { method: 'GET', path, times: 1 };
      stage.source.proxy.setRules([{ match, do: { down: { cutAfterBytes: 1_500_000 } } }]);
      return copyScene(source, stage.target('app:1'));
    },
  },
  'fail-blob-404-late': {
    async prepare(stage) {
      const source = await stage.seed('app');
      const path = new RegExp(await layerDigest(stage, 'app', 0));
      stage.source.proxy.setLink({ downBytesPerSecond: 4 * 2 ** 20 });
      const answer = { status: 404, body: '{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}' };
      stage.source.proxy.setRules([{ match: { method: 'GET', path }, do: { answer, delayMs: 100 } }]);
      return copyScene(source, stage.target('app:1'), [], { errorType: 'not_found' });
    },
  },
  'fail-upload-500': {
    async prepare(stage) {
      const source = await stage.seed('app2');
      stage.destination.proxy.setRules([{ match: { method: 'PUT', path: /blobs/ }, do: { answer: { status: 500 } } }]);
      return copyScene(source, stage.target('app2:1'), [], { errorType: 'server_error' });
    },
  },
  'fail-unknown-tag': {
    async prepare(stage) {
      const source = (await stage.seed('tiny')).replace(/:1$/, ':nosuch');
      return copyScene(source, stage.target('tiny:1'), [], { errorType: 'not_found' });
    },
  },
  'fail-refused': {
    async prepare(stage) {
      const source = await stage.seed('tiny');
      await stage.source.proxy[Symbol.asyncDispose]();
      return copyScene(source, stage.target('tiny:1'), [], { errorType: 'connection_refused' });
    },
  },
  'fail-denied-upload': {
    async prepare(stage) {
      const answer = { status: 403, body: '{"errors":[{"code":"DENIED","message":"requested access is denied"}]}' };
      stage.destination.proxy.setRules([{ match: { method: 'POST' }, do: { answer } }]);
      return copyScene(await stage.seed('tiny'), stage.target('tiny:1'), [], { errorType: 'denied' });
    },
  },
  'fail-disk-full': {
    async prepare(stage) {
      const disk = stage.dir.join('disk');
      stage.use(await mountSmallDisk(disk, { sizeKiB: 1024 }));
      return copyScene(await stage.seed('app'), `dir:${disk}/out`, [], { errorType: 'disk_full' });
    },
  },
  'killed-by-sigterm': {
    async prepare(stage) {
      const source = await stage.seed('app');
      stage.source.proxy.setLink({ downBytesPerSecond: 2 ** 20 });
      const rest = { errorType: 'canceled', during: killWhenMoving(stage, 'SIGTERM') };
      return copyScene(source, stage.target('app:1'), [], rest);
    },
  },
  'stalled-then-killed': {
    async prepare(stage) {
      const source = await stage.seed('app');
      stage.source.proxy.setRules([{ match: BLOB, do: { down: { stallAfterBytes: 300_000 } } }]);
      const rest = { errorType: 'killed', during: killWhenMoving(stage, 'SIGKILL') };
      return copyScene(source, stage.target('app:1'), [], rest);
    },
  },
};
