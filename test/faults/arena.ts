import { mkdir } from 'node:fs/promises';
import { closedPort } from '../support/closed-port.ts';
import { startDeafHost } from '../support/deaf-host.ts';
import { createLayout, type MadeImage, type OciLayout } from '../support/images.ts';
import { type RegistryProxy, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import type { Command } from './commands.ts';
import type { End } from './ends.ts';
import type { Arrangement, Fault } from './fault.ts';
import { LAYER_BYTES } from './tables/body.ts';

/** What all faults of a file share: an image, in a layout and in a registry that also takes uploads. */
export interface Arena extends AsyncDisposable {
  readonly layout: OciLayout;
  readonly image: MadeImage;
  readonly registry: Registry;
}

/** What to move and where to, as the command wants it said, and the end where the image must arrive. */
export interface Route {
  readonly source: string;
  readonly destination: string;
  readonly end: End;
}

/** How a registry is named. */
export type RegistryAddress = Pick<RegistryProxy, 'host' | 'reference'>;

/** Where one image goes from and to, past a proxy that does what a fault says. */
export interface Passage extends AsyncDisposable, Route, Pick<Arrangement, 'wrap' | 'env' | 'flags'> {
  readonly dir: TempDir;
}

/** The tag of the image in the layout, and its repository and tag in the registry. */
export const TAG = 'app';
export const SOURCE = 'source/app:1';

export const openArena = async (): Promise<Arena> => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('arena'));
  const layout = await createLayout(dir.join('layout'));
  const image = await layout.addImage(TAG, { layers: [{ sizeBytes: LAYER_BYTES }, { sizeBytes: LAYER_BYTES / 2 }] });
  const registry = stack.use(await startRegistry());
  await registry.seed(layout.reference(TAG), SOURCE);
  const owned = stack.move();
  return { layout, image, registry, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

const proxyOf = ({ registry, image }: Arena, { rules = [], link = {}, connections }: Fault): Promise<RegistryProxy> =>
  startProxy(registry, {
    rules: typeof rules === 'function' ? rules(image) : rules,
    link,
    ...(connections && { connections }),
  });

const addressOf = ({ host }: { readonly host: string }): RegistryAddress => ({
  host,
  reference: (name) => `docker://${host}/${name}`,
});

const openAddress = async (arena: Arena, fault: Fault): Promise<RegistryAddress & AsyncDisposable> => {
  if (!fault.refused && !fault.deaf) return proxyOf(arena, fault);
  const host = await (fault.deaf ? startDeafHost() : closedPort());
  return { ...addressOf(host), [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
};

/** Opens the way for one image. Every passage has a repository or directory of its own. */
export const openPassage = async (arena: Arena, fault: Fault, command: Command): Promise<Passage> => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('passage'));
  for (const name of ['tmp', 'home', 'metrics']) await mkdir(dir.join(name));
  const address = stack.use(await openAddress(arena, fault));
  const route = command.routes[fault.side](arena, address, dir);
  const { resource, ...arranged } = (await fault.arrange?.({ ...arena, dir })) ?? {};
  if (resource) stack.use(resource);
  const owned = stack.move();
  return { dir, ...route, ...arranged, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
