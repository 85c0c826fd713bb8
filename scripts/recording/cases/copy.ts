import { writeFile } from 'node:fs/promises';
import { type Case, copyScene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const MIB = 2 ** 20;
const slowSource = ({ source }: Stage, mibPerSecond = 4): void =>
  source.proxy.setLink({ downBytesPerSecond: mibPerSecond * MIB });
const slowDestination = ({ destination }: Stage, mibPerSecond = 4): void =>
  destination.proxy.setLink({ upBytesPerSecond: mibPerSecond * MIB });

/** Copies that succeed, one image each. */
export const COPY_CASES: Readonly<Record<string, Case>> = {
  'copy-registry-registry': {
    modes: ['pipe', 'pty', 'pty-80', 'pty-40', 'pty-20', 'pty-0x0', 'pty-2-rows'],
    async prepare(stage) {
      const source = await stage.seed('app');
      slowSource(stage);
      return copyScene(source, stage.target('app:1'));
    },
  },
  'copy-registry-dir': {
    async prepare(stage) {
      const source = await stage.seed('app');
      slowSource(stage);
      return copyScene(source, `dir:${stage.dir.join('out')}`);
    },
  },
  'copy-registry-oci': {
    async prepare(stage) {
      const source = await stage.seed('app');
      slowSource(stage, 6);
      return copyScene(source, `oci:${stage.dir.join('out')}:1`);
    },
  },
  'copy-oci-dir': {
    prepare: async (stage) => copyScene(stage.layout.reference('app'), `dir:${stage.dir.join('out')}`),
  },
  'copy-oci-registry': {
    async prepare(stage) {
      slowDestination(stage);
      return copyScene(stage.layout.reference('app'), stage.target('app:1'));
    },
  },
  'copy-repeat': {
    async prepare(stage) {
      const source = await stage.seed('app');
      const scene = copyScene(source, stage.target('app:1'));
      await stage.prepare(...scene.argv);
      return scene;
    },
  },
  'copy-repeat-other-repository': {
    async prepare(stage) {
      const source = await stage.seed('app');
      await stage.prepare(...copyScene(source, stage.target('app:1')).argv);
      return copyScene(source, stage.target('elsewhere:1'));
    },
  },
  'copy-half-reused': {
    async prepare(stage) {
      await stage.prepare(...copyScene(await stage.seed('multi'), stage.target('shared:1')).argv);
      const source = await stage.seed('app2');
      slowSource(stage);
      return copyScene(source, stage.target('shared:2'));
    },
  },
  'copy-twin-layers': {
    async prepare(stage) {
      const source = await stage.seed('twins');
      slowSource(stage);
      return copyScene(source, stage.target('twins:1'));
    },
  },
  'copy-twin-layers-dir': {
    prepare: async (stage) => copyScene(stage.layout.reference('twins'), `dir:${stage.dir.join('out')}`),
  },
  'copy-many-layers': {
    modes: ['pipe', 'pty', 'pty-2-rows'],
    async prepare(stage) {
      const source = await stage.seed('many');
      slowSource(stage, 3);
      return copyScene(source, stage.target('many:1'));
    },
  },
  'copy-parallel-1': {
    since: '1.16.0',
    async prepare(stage) {
      const source = await stage.seed('app');
      slowSource(stage);
      return copyScene(source, stage.target('app:1'), ['--image-parallel-copies', '1']);
    },
  },
  'copy-giant-layer': {
    modes: ['pty'],
    prepare: async (stage) => copyScene(stage.layout.reference('giant'), `dir:${stage.dir.join('out')}`),
  },
  'copy-plain-compressed': {
    async prepare(stage) {
      slowDestination(stage);
      return copyScene(stage.layout.reference('plain'), stage.target('plain:1'));
    },
  },
  'copy-empty-layers': {
    async prepare(stage) {
      return copyScene(await stage.seed('empty'), stage.target('empty:1'));
    },
  },
  'copy-zstd': {
    async prepare(stage) {
      const source = await stage.seed('zstd');
      slowSource(stage);
      return copyScene(source, stage.target('zstd:1'));
    },
  },
  'copy-to-zstd': {
    async prepare(stage) {
      const source = await stage.seed('app');
      return copyScene(source, stage.target('app:1'), ['--dest-compress-format', 'zstd']);
    },
  },
  'copy-format-docker': {
    async prepare(stage) {
      return copyScene(await stage.seed('app'), stage.target('app:1'), ['--format', 'v2s2']);
    },
  },
  'copy-format-oci': {
    async prepare(stage) {
      return copyScene(await stage.seed('app', ['--format', 'v2s2']), stage.target('app:1'), ['--format', 'oci']);
    },
  },
  'copy-schema1': {
    async prepare(stage) {
      const source = await stage.seed('app', ['--format', 'v2s1']);
      slowSource(stage);
      return copyScene(source, `dir:${stage.dir.join('out')}`);
    },
  },
  'copy-by-digest': {
    async prepare(stage) {
      const tagged = await stage.seed('app2');
      const digest = await stage.source.registry.client.manifestDigest('team/app2', '1');
      return copyScene(tagged.replace(/:1$/, `@${digest}`), stage.target('app2:1'));
    },
  },
  'copy-quiet': {
    async prepare(stage) {
      return copyScene(await stage.seed('app2'), stage.target('app2:1'), ['--quiet']);
    },
  },
  'copy-signed': {
    async prepare(stage) {
      const signed = stage.dir.join('signed');
      await stage.prepare('copy', stage.layout.reference('app2'), `dir:${signed}`);
      // The first bit makes it an OpenPGP message; a policy that accepts anything looks no further.
      await writeFile(`${signed}/signature-1`, Buffer.from([0x90, 1, 2, 3]));
      return copyScene(`dir:${signed}`, `dir:${stage.dir.join('out')}`);
    },
  },
  'copy-remove-signatures': {
    async prepare(stage) {
      return copyScene(await stage.seed('app2'), stage.target('app2:1'), ['--remove-signatures']);
    },
  },
};
