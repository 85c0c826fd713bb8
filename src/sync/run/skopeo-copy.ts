import { givenArgument, operandArgument, type SkopeoArgument } from '../../command-line/skopeo-arguments.ts';
import type { ManifestReader } from '../../image/local-image.ts';
import { parseReference } from '../../image/reference.ts';
import { type CopySpec, copyRequest } from '../../operation/copy-request.ts';
import { type SkopeoContext, subjectOf } from '../../operation/request.ts';
import { runOperation } from '../../operation/run-operation.ts';
import { accessArguments, loginsFor } from '../../operation/skopeo-questions.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { Secret } from '../../secrets/secret.ts';
import type { ErrorLine } from '../../skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { OperationObserver } from '../../tracking/observer.ts';
import type { TrackedOperation } from '../../tracking/tracked-operation.ts';
import type { ImageCopyOptions, SkopeoPort } from '../ports.ts';
import { signingFlags } from '../signing.ts';

interface SkopeoCopyContext extends SkopeoContext {
  /** Global options that every skopeo process of the run gets: policy, registries configuration. */
  readonly globalArguments: readonly SkopeoArgument[];
  readonly redactor: Redactor;
  /** Takes the facts of every copy as a part of the run. */
  readonly observers: readonly OperationObserver[];
  readonly onEvent: (event: OperationEvent, tracker: TrackedOperation) => void;
  readonly onErrorLine: (line: ErrorLine, source: string) => void;
  /** Gives sizes, where that costs no pull. */
  readonly manifestReader: (reference: string, access: RegistryAccess) => ManifestReader | undefined;
}

/** Many copies run side by side: none may ask the user anything. */
const NO_ANSWERS = new Secret('');

/** Options of `copy` itself, without those of its two sides. */
const copyArguments = (copy: ImageCopyOptions): readonly SkopeoArgument[] => [
  ...givenArgument('all', copy.content === 'all' || undefined),
  ...givenArgument('multi-arch', copy.content === 'index-only' ? 'index-only' : undefined),
  ...givenArgument('preserve-digests', copy.preserveDigests || undefined),
  ...givenArgument('format', copy.format),
  ...givenArgument('remove-signatures', copy.removeSignatures || undefined),
  ...givenArgument('dest-shared-blob-dir', copy.sharedBlobs),
  ...signingFlags(copy).flatMap(([name, value]) => givenArgument(name, value)),
];

/** The platform that skopeo chooses. */
const platformArguments = ({ platform }: ImageCopyOptions): readonly SkopeoArgument[] => [
  ...givenArgument('override-os', platform?.os),
  ...givenArgument('override-arch', platform?.architecture),
  ...givenArgument('override-variant', platform?.variant),
];

/** The copy of one image, as a part of a run. */
const copySpecOf = (
  source: string,
  destination: string,
  copy: ImageCopyOptions,
  { globalArguments, manifestReader, redactor }: SkopeoCopyContext,
): CopySpec => {
  const ofSource = manifestReader(source, copy.sourceAccess);
  // The destination gives the sizes where the source would count a pull for them.
  const ofDestination = ofSource === undefined ? manifestReader(destination, copy.destinationAccess) : undefined;
  return {
    subject: subjectOf('sync', source, copy.shownDestination ?? destination),
    part: true,
    from: parseReference(source),
    to: parseReference(destination),
    arguments: [
      ...globalArguments,
      ...platformArguments(copy),
      operandArgument('copy'),
      ...copyArguments(copy),
      ...accessArguments('source', copy.sourceAccess),
      ...accessArguments('destination', copy.destinationAccess),
      operandArgument(source),
      operandArgument(destination),
    ],
    logins: [
      ...loginsFor('source', source, copy.sourceAccess),
      ...loginsFor('destination', destination, copy.destinationAccess),
    ],
    redactor,
    streams: 'progress',
    stdin: NO_ANSWERS,
    retry: { times: 0 },
    stallTimeoutSeconds: copy.stallTimeoutSeconds,
    manifests: { source: ofSource, destination: ofDestination },
  };
};

/** Copies with the real skopeo: each copy is a tracked operation, and a part of the run. */
export const copyingBySkopeo =
  (context: SkopeoCopyContext): SkopeoPort['copyImage'] =>
  async (source, destination, copy, signal) => {
    const layers: OperationObserver = {
      blobFinished: (_, { kind, outcome, digest }) => {
        if (kind === 'layer' && outcome !== 'failed') copy.onLayerFinished?.(digest);
      },
    };
    const { result } = await runOperation(await copyRequest(copySpecOf(source, destination, copy, context), context), {
      clock: context.clock,
      random: () => 0,
      terminals: context.terminals,
      observers: [...context.observers, layers],
      signal,
      onEvent: context.onEvent,
      onErrorLine: (line) => context.onErrorLine(line, source),
    });
    return result;
  };
