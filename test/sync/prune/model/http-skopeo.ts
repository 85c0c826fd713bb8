import { EXIT, WrapperError } from '../../../../src/errors/wrapper-error.ts';
import { parseDockerReference } from '../../../../src/image/docker-reference.ts';
import type { SkopeoPort } from '../../../../src/sync/ports.ts';
import type { OperationResult } from '../../../../src/tracking/events.ts';
import type { Store } from './store.ts';
import type { World } from './world.ts';

const failure = (message: string, errorType: 'not_found' | 'server_error' | 'unsupported'): WrapperError =>
  new WrapperError(message, { errorType, exitCode: EXIT.failure, next: 'Look at the model.' });

/**
 * What the engine asks of skopeo, done by plain HTTP in this process, which costs a hundredth of a process: whole indexes,
 * their images first, each manifest as it is, but no index within an index; deletion by the digest that a reference stands
 * for.
 */
export const httpSkopeo = (writer: string, world: World, store: Store): SkopeoPort => {
  const refuse = async (): Promise<never> => {
    throw failure('the registry itself was to be asked', 'server_error');
  };
  const copy = async (source: string, destination: string): Promise<string> => {
    const from = parseDockerReference(source);
    const to = parseDockerReference(destination);
    const { digest } = await store.get(from.path, from.digest ?? from.tag ?? 'latest', 'HEAD');
    const top = digest === undefined ? undefined : world.made(digest);
    if (top === undefined) throw failure(`reading manifest in ${source}: manifest unknown`, 'not_found');
    if (world.contentOf(top.digest).children.some((part) => world.contentOf(part).children.length > 0))
      throw failure(`Unexpectedly received a manifest list instead of a manifest for a single image`, 'unsupported');
    for (const part of world.contentOf(top.digest).children) {
      const child = world.made(part);
      if (child === undefined || !world.repo(from.path).manifests.has(part))
        throw failure(`reading manifest ${part} in ${source}: manifest unknown`, 'server_error');
      await world.put(`${writer} (part)`, to.path, part, child);
    }
    await world.put(writer, to.path, to.digest ?? to.tag ?? 'latest', top);
    return top.digest;
  };
  return {
    async copyImage(source, destination) {
      const common = {
        operation: 'copy',
        source,
        destination,
        transferredBytes: 0,
        blobs: [],
        durationSeconds: 0,
        attempts: 1,
      } as const;
      try {
        const digest = await copy(source, destination);
        return { ...common, outcome: 'success', exitCode: 0, digest } satisfies OperationResult;
      } catch (error) {
        const { message, errorType } =
          error instanceof WrapperError ? error : { message: String(error), errorType: 'server_error' as const };
        return { ...common, outcome: 'error', exitCode: 1, errorType, message } satisfies OperationResult;
      }
    },
    async deleteImage(reference) {
      const { path, tag, digest } = parseDockerReference(reference);
      const { digest: named } = await store.get(path, digest ?? tag ?? 'latest', 'HEAD');
      if (named === undefined) throw failure(`reading manifest in ${reference}: manifest unknown`, 'not_found');
      const status = await world.delete(writer, path, named);
      if (status !== 202) throw failure(`deleting ${reference}: HTTP ${status}`, 'server_error');
    },
    inspectRaw: refuse,
    listTags: refuse,
    createdAt: async () => undefined,
  };
};
