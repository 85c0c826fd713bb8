import { SHARED_OPTIONS } from '../command-line/flags/global.ts';
import { lastValueOf, type SkopeoArgument } from '../command-line/skopeo-arguments.ts';
import { DOCKER_HUB } from '../image/docker-hub.ts';
import { dirReader, type ManifestReader, ociReader } from '../image/local-image.ts';
import { MAX_MANIFEST_BYTES } from '../image/manifest.ts';
import type { ImageReference } from '../image/reference.ts';
import { type AskContext, askSkopeo } from './ask-skopeo.ts';

/** No registry needs this long for a manifest. */
export const MANIFEST_SILENCE_SECONDS = 60;

interface RegistryReaderOptions {
  readonly context: AskContext;
  /** Global options and those of `inspect`: credentials file, TLS. */
  readonly options: readonly string[];
  /** `docker://host/repository`, and the tag or digest after it with its separator. */
  readonly repository: string;
  readonly suffix: string;
}

/** Reads manifests from a registry through skopeo itself, so that its credentials, mirrors and policy are used. */
const registryReader =
  ({ context, options, repository, suffix }: RegistryReaderOptions): ManifestReader =>
  async (instance, signal) => {
    const reference = `${repository}${instance === undefined ? suffix : `@${instance}`}`;
    const args = ['inspect', '--raw', ...options, reference];
    const question = { args, reference, stallTimeoutSeconds: MANIFEST_SILENCE_SECONDS, signal };
    const bytes = await askSkopeo(question, context).catch(() => undefined);
    return bytes !== undefined && bytes.length <= MAX_MANIFEST_BYTES ? bytes : undefined;
  };

/** Which operand of a command an image is, and the flags of that side. */
interface ReadableImage {
  readonly reference: ImageReference;
  readonly side: 'source' | 'destination';
  /** How skopeo is called. */
  readonly skopeoArguments: readonly SkopeoArgument[];
  readonly context: AskContext;
}

/** Options of one side that `inspect` has without the prefix. */
const SIDE_OPTIONS: ReadonlySet<string> = new Set([
  'authfile',
  'cert-dir',
  'no-creds',
  'shared-blob-dir',
  'tls-verify',
]);

const inspectOptions = (args: readonly SkopeoArgument[], prefix: string): string[] =>
  args.flatMap((argument) => {
    if (argument.type !== 'flag') return [];
    const [first = '', ...rest] = argument.written;
    if (argument.name === 'authfile' || SHARED_OPTIONS.has(argument.name)) return [...argument.written];
    const own = argument.name.startsWith(prefix) ? argument.name.slice(prefix.length) : '';
    return SIDE_OPTIONS.has(own) ? [first.replace(`--${prefix}`, '--'), ...rest] : [];
  });

/**
 * How to read the manifests of an image at no cost: from disk, or from a registry that does not count this as a pull.
 * Undefined for all others.
 */
export const manifestReaderFor = (image: ReadableImage): ManifestReader | undefined => {
  const { reference, skopeoArguments, context } = image;
  const prefix = image.side === 'source' ? 'src-' : 'dest-';
  const { transport, path, registry, repository, tag, digest } = reference;
  if (transport === 'dir' && path !== undefined) return dirReader(path);
  if (transport === 'oci' && path !== undefined) {
    return ociReader(path, tag, lastValueOf(skopeoArguments, `${prefix}shared-blob-dir`));
  }
  // Docker Hub counts every manifest that is fetched as a pull.
  if (transport !== 'docker' || registry === undefined || registry === DOCKER_HUB) return undefined;
  return registryReader({
    context,
    options: inspectOptions(skopeoArguments, prefix),
    repository: `docker://${registry}/${repository}`,
    suffix: digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`,
  });
};
