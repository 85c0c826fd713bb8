import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { EXIT, WrapperError } from '../../../src/errors/wrapper-error.ts';
import type { RegistryAccess } from '../../../src/registry/access.ts';
import { classifyFailure } from '../../../src/skopeo/failure/classify.ts';
import type { ImageCopyOptions, SkopeoPort } from '../../../src/sync/ports.ts';
import type { OperationResult } from '../../../src/tracking/events.ts';
import { SKOPEO } from '../../support/skopeo.ts';

/** Flags for one side; `prefix` is `src-`, `dest-` or empty. Tests may show credentials to ps, the program may not. */
const accessFlags = (prefix: string, access: RegistryAccess): readonly string[] => [
  ...(access.authFile === undefined ? [] : [`--${prefix}authfile=${access.authFile}`]),
  ...(access.credentials === undefined
    ? []
    : [`--${prefix}creds=${access.credentials.username}:${access.credentials.password}`]),
  ...(access.anonymous === true ? [`--${prefix}no-creds`] : []),
  ...(access.certDirectory === undefined ? [] : [`--${prefix}cert-dir=${access.certDirectory}`]),
  ...(access.tlsVerify === undefined ? [] : [`--${prefix}tls-verify=${access.tlsVerify}`]),
];

const copyFlags = (options: ImageCopyOptions): readonly string[] => [
  ...(options.content === 'all' ? ['--all'] : []),
  ...(options.content === 'index-only' ? ['--multi-arch=index-only'] : []),
  ...(options.preserveDigests ? ['--preserve-digests'] : []),
  ...(options.format === undefined ? [] : [`--format=${options.format}`]),
  ...(options.sharedBlobs === undefined ? [] : [`--dest-shared-blob-dir=${options.sharedBlobs}`]),
  ...(options.removeSignatures === true ? ['--remove-signatures'] : []),
  ...accessFlags('src-', options.sourceAccess),
  ...accessFlags('dest-', options.destinationAccess),
];

const globalFlags = ({ platform }: ImageCopyOptions): readonly string[] => [
  ...(platform?.os === undefined ? [] : [`--override-os=${platform.os}`]),
  ...(platform?.architecture === undefined ? [] : [`--override-arch=${platform.architecture}`]),
  ...(platform?.variant === undefined ? [] : [`--override-variant=${platform.variant}`]),
];

interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly fatal: string | undefined;
}

const FATAL = /level=fatal msg=("(?:[^"\\]|\\.)*")/;

const run = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  onLine: (line: string) => void = () => {},
): Promise<Ended> => {
  const child = spawn(SKOPEO, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGTERM');
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  createInterface({ input: child.stdout }).on('line', onLine);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [exitCode, endSignal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  signal.removeEventListener('abort', kill);
  const quoted = FATAL.exec(stderr)?.[1];
  const fatal = quoted === undefined ? undefined : quoted.slice(1, -1).replace(/\\(.)/g, '$1');
  return { exitCode, signal: endSignal, stdout: Buffer.concat(chunks), fatal };
};

const failureOf = (ended: Ended, signal: AbortSignal) =>
  classifyFailure({
    exitCode: ended.exitCode,
    signal: ended.signal,
    stderrFatal: ended.fatal,
    reason: signal.aborted ? 'canceled' : undefined,
  });

/** What the engine asks of skopeo, done by the real one without any tracking. */
export const realSkopeo = (env: Readonly<Record<string, string>> = {}): SkopeoPort => {
  const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/root', ...env };
  const read = async (args: readonly string[], signal: AbortSignal): Promise<Buffer> => {
    const ended = await run(args, environment, signal);
    if (ended.exitCode === 0) return ended.stdout;
    const { errorType, message, next } = failureOf(ended, signal);
    throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
  };

  const copyImage: SkopeoPort['copyImage'] = async (source, destination, options, signal) => {
    const startedMs = performance.now();
    const layers: string[] = [];
    const args = [...globalFlags(options), 'copy', ...copyFlags(options), source, destination];
    const ended = await run(args, environment, signal, (line) => {
      const layer = /^Copying blob (sha256:\S+)/.exec(line)?.[1];
      if (layer !== undefined) layers.push(layer);
      if (/^Copying config/.test(line)) for (const digest of layers.splice(0)) options.onLayerFinished?.(digest);
    });
    const common = {
      operation: 'copy' as const,
      source,
      destination,
      transferredBytes: 0,
      blobs: [],
      durationSeconds: (performance.now() - startedMs) / 1000,
      attempts: 1,
    };
    if (ended.exitCode === 0) return { ...common, outcome: 'success', exitCode: 0 } satisfies OperationResult;
    const { errorType, message, exitCode } = failureOf(ended, signal);
    return { ...common, outcome: 'error', exitCode, errorType, message } satisfies OperationResult;
  };

  return {
    copyImage,
    inspectRaw: (reference, access, signal) =>
      read(['inspect', '--raw', ...accessFlags('', access), reference], signal),
    async listTags({ registry, path }, access, signal) {
      const stdout = await read(['list-tags', ...accessFlags('', access), `docker://${registry}/${path}`], signal);
      return (JSON.parse(stdout.toString('utf8')) as { Tags: string[] | null }).Tags ?? [];
    },
    async createdAt(reference, access, signal) {
      const stdout = await read(['inspect', '--no-tags', ...accessFlags('', access), reference], signal);
      const { Created: created } = JSON.parse(stdout.toString('utf8')) as { Created?: string };
      return created === undefined ? undefined : new Date(created);
    },
    async deleteImage(reference, access, signal) {
      await read(['delete', ...accessFlags('', access), reference], signal);
    },
  };
};
