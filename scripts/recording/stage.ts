import { createLayout, type OciLayout } from '../../test/support/images.ts';
import { type RegistryProxy, startProxy } from '../../test/support/proxy.ts';
import { type Registry, startRegistry } from '../../test/support/registry.ts';
import { mustSkopeo, privateHome } from '../../test/support/skopeo.ts';
import { type TempDir, tempDir } from '../../test/support/temp.ts';

/** A registry and the proxy in front of it, which skopeo talks to. */
export interface Side {
  readonly registry: Registry;
  readonly proxy: RegistryProxy;
}

/** Everything that one recording needs, fresh for each. */
export interface Stage extends AsyncDisposable {
  readonly skopeo: string;
  readonly layout: OciLayout;
  readonly source: Side;
  readonly destination: Side;
  readonly dir: TempDir;
  readonly env: Readonly<Record<string, string>>;
  /** Takes something down together with the stage, before its directory goes. */
  use(resource: AsyncDisposable): void;
  /** Runs skopeo without recording it. */
  prepare(...argv: string[]): Promise<void>;
  /** Puts a tag of the layout into the source registry; answers its reference. */
  seed(tag: string, flags?: readonly string[]): Promise<string>;
  /** `docker://…/team/NAME` in the destination registry. */
  target(name: string): string;
}

const side = async (stack: AsyncDisposableStack): Promise<Side> => {
  const registry = stack.use(await startRegistry());
  return { registry, proxy: stack.use(await startProxy(registry)) };
};

/** Sets the stage for one recording with the skopeo given; `layout` is shared and only read. */
export const setStage = async (skopeo: string, layout: OciLayout): Promise<Stage> => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('recording'));
  const [source, destination] = [await side(stack), await side(stack)];
  const env = { ...privateHome(dir.path), PATH: process.env.PATH ?? '', TZ: 'UTC' };
  const owned = stack.move();
  return {
    skopeo,
    layout,
    source,
    destination,
    dir,
    env,
    use: (resource) => void owned.use(resource),
    prepare: async (...argv) => void (await mustSkopeo(argv, { binary: skopeo, env })),
    async seed(tag, flags) {
      await source.registry.seed(layout.reference(tag), `team/${tag}:1`, flags);
      return source.proxy.reference(`team/${tag}:1`);
    },
    target: (name) => destination.proxy.reference(`team/${name}`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

/** Makes the images that the cases copy. */
export const makeStock = async (path: string): Promise<OciLayout> => {
  const layout = await createLayout(path);
  const shared = { sizeBytes: 900_000, seed: 'shared' };
  const twin = { sizeBytes: 1_200_000, seed: 'twin' };
  await layout.addImage('app', {
    layers: [{ sizeBytes: 800_000 }, { sizeBytes: 2_500_000 }, { sizeBytes: 1_300_000 }],
  });
  await layout.addImage('app2', { seed: 'app2', layers: [{ sizeBytes: 400_000 }, shared] });
  await layout.addImage('tiny', { seed: 'tiny', layers: [{ sizeBytes: 3_000 }, { sizeBytes: 40_000 }] });
  await layout.addImage('twins', { seed: 'twins', layers: [twin, { sizeBytes: 300_000 }, twin] });
  await layout.addImage('plain', {
    seed: 'plain',
    layers: [
      { sizeBytes: 3_000_000, compression: 'none' },
      { sizeBytes: 6_000_000, compression: 'none', content: 'zero' },
    ],
  });
  await layout.addImage('empty', {
    seed: 'empty',
    layers: [{ sizeBytes: 300_000 }, { sizeBytes: 23 }, { sizeBytes: 0, compression: 'none' }],
  });
  await layout.addImage('zstd', {
    seed: 'zstd',
    layers: [{ sizeBytes: 900_000, compression: 'zstd' }, { sizeBytes: 400_000 }],
  });
  await layout.addImage('giant', {
    seed: 'giant',
    layers: [{ sizeBytes: 1_300_000_000, content: 'zero', compression: 'none' }, { sizeBytes: 300_000 }],
  });
  const many = Array.from({ length: 30 }, (_, index) => ({ sizeBytes: 20_000 + index * 5_000 }));
  await layout.addImage('many', { seed: 'many', layers: many });
  const platforms = ['amd64', 'arm64', 's390x'].map((architecture) => ({ os: 'linux', architecture }));
  await layout.addIndex(
    'multi',
    platforms.map((platform) => ({ platform, layers: [shared, { sizeBytes: 700_000, seed: platform.architecture }] })),
  );
  return layout;
};
