import * as z from 'zod';
import {
  argvOf,
  operandArgument,
  type SkopeoArgument,
  switchArgument,
  withChanges,
} from '../../command-line/skopeo-arguments.ts';
import type { Clock } from '../../context.ts';
import { isTag } from '../../image/docker-reference.ts';
import type { ManifestReader } from '../../image/local-image.ts';
import { copyRequest, loginChanges } from '../../operation/copy-request.ts';
import { programOf, type SkopeoContext } from '../../operation/request.ts';
import { runOperation } from '../../operation/run-operation.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { ErrorLine } from '../../skopeo/output/output-parser.ts';
import type { Terminals } from '../../skopeo/process/terminals.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { OperationObserver } from '../../tracking/observer.ts';
import type { OperationTracker } from '../../tracking/operation-tracker.ts';
import type { ImageCopyOptions, SkopeoPort } from '../ports.ts';
import { accessArguments, copySpecOf, loginsFor } from './copy-spec.ts';
import { query } from './query.ts';

interface SkopeoPortOptions extends SkopeoContext {
  /** Global options that every skopeo of the run gets: policy, registries configuration. */
  readonly globalArguments: readonly SkopeoArgument[];
  readonly clock: Clock;
  /** Silence that ends a query; a copy has its own. */
  readonly stallTimeoutSeconds?: number | undefined;
  readonly terminals: Terminals;
  readonly redactor: Redactor;
  /** Take the facts of every copy as parts of the run. */
  readonly observers: readonly OperationObserver[];
  readonly onEvent: (event: OperationEvent, tracker: OperationTracker) => void;
  readonly onErrorLine: (line: ErrorLine, source: string) => void;
  /** Tells sizes, where that costs no pull. */
  readonly manifestReader: (reference: string, access: RegistryAccess) => ManifestReader | undefined;
}

/** No registry needs so long for a manifest. */
const MANIFEST_SILENCE_SECONDS = 60;

const inspectSchema = z.object({ Created: z.string().nullish() });
const tagsSchema = z.object({ Tags: z.array(z.string()).nullable() });

/** What a sync run asks of skopeo, done by the real one: each copy a tracked operation. */
export const createSkopeoPort = (options: SkopeoPortOptions): SkopeoPort => {
  const { globalArguments, terminals, redactor } = options;

  const ask = (
    subcommand: string,
    args: readonly string[],
    reference: string,
    given: RegistryAccess,
    signal: AbortSignal,
    { stallTimeoutSeconds }: Pick<SkopeoPortOptions, 'stallTimeoutSeconds'> = options,
  ) =>
    query({
      ...programOf(options),
      args: argvOf(
        withChanges(
          [
            ...globalArguments,
            operandArgument(subcommand),
            ...args.map(switchArgument),
            ...accessArguments('image', given),
            operandArgument(reference),
          ],
          loginChanges(loginsFor('image', reference, given), options),
        ),
      ),
      terminals,
      clock: options.clock,
      stallTimeoutSeconds,
      redactor,
      signal,
    });

  const manifestsOf = (source: string, destination: string, copy: ImageCopyOptions) => {
    const ofSource = options.manifestReader(source, copy.sourceAccess);
    // The destination tells sizes where the source would count a pull for them.
    return {
      source: ofSource,
      destination: ofSource === undefined ? options.manifestReader(destination, copy.destinationAccess) : undefined,
    };
  };

  const copyImage = async (source: string, destination: string, copy: ImageCopyOptions, signal: AbortSignal) => {
    const manifests = manifestsOf(source, destination, copy);
    const spec = copySpecOf(source, destination, copy, globalArguments, manifests, redactor);
    const layers: OperationObserver = {
      blobFinished: (_, { kind, outcome, digest }) => {
        if (kind === 'layer' && outcome !== 'failed') copy.onLayerFinished?.(digest);
      },
    };
    const { result } = await runOperation(copyRequest(spec, options), {
      clock: options.clock,
      random: () => 0,
      terminals,
      observers: [...options.observers, layers],
      signal,
      onEvent: options.onEvent,
      onErrorLine: (line) => options.onErrorLine(line, source),
    });
    return result;
  };

  return {
    copyImage,
    inspectRaw: (reference, given, signal) =>
      ask('inspect', ['raw'], reference, given, signal, {
        stallTimeoutSeconds: Math.min(
          MANIFEST_SILENCE_SECONDS,
          options.stallTimeoutSeconds || MANIFEST_SILENCE_SECONDS,
        ),
      }),
    listTags: async ({ registry, path }, given, signal) => {
      const text = await ask('list-tags', [], `docker://${registry}/${path}`, given, signal);
      const { Tags: tags } = tagsSchema.parse(JSON.parse(text.toString('utf8')));
      // Tags become parts of paths.
      return (tags ?? []).filter(isTag);
    },
    createdAt: async (reference, given, signal) => {
      const text = await ask('inspect', ['no-tags'], reference, given, signal);
      const { Created: created } = inspectSchema.parse(JSON.parse(text.toString('utf8')));
      return created ? new Date(created) : undefined;
    },
    deleteImage: async (reference, given, signal) => {
      await ask('delete', [], reference, given, signal);
    },
  };
};
