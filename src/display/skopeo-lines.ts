import type { BlobKey, OperationEvent } from '../tracking/events.ts';
import type { Renderer } from './renderer.ts';

/** The largest number of lines that wait for a digest; skopeo prints far fewer for the largest image. */
const MAX_WAITING = 5_000;

type Line = { readonly text: string } | { readonly blob: BlobKey };

/**
 * Prints to stdout what skopeo itself prints when stdout is not a terminal, so that scripts go on working. On a
 * terminal skopeo's progress lines show only 12 digits of a digest. Such a line, and all lines after it, wait until a
 * manifest or skopeo's debug output has given the other digits, at the latest until the end. A copy that fails at once
 * never shows progress lines; then the debug output names those layers.
 */
export const skopeoLines = (stream: { write(text: string): unknown }): Renderer => {
  let queue: Line[] = [];
  const digests: string[] = [];
  const checked = new Set<string>();
  const started: BlobKey[] = [];

  const digestOf = ({ hex }: BlobKey): string | undefined =>
    hex.length === 64 ? `sha256:${hex}` : digests.find((digest) => digest.startsWith(`sha256:${hex}`));

  const neverShown = (): string[] =>
    [...checked].filter((digest) => !started.some(({ hex }) => digest.startsWith(`sha256:${hex}`)));

  const print = (blob: BlobKey, digest: string): void => {
    stream.write(`Copying ${blob.kind === 'config' ? 'config' : 'blob'} ${digest}\n`);
  };

  const flush = (): void => {
    let printed = 0;
    for (const line of queue) {
      if ('text' in line) stream.write(`${line.text}\n`);
      else {
        const digest = digestOf(line.blob) ?? (queue.length > MAX_WAITING ? line.blob.hex : undefined);
        if (digest === undefined) break;
        print(line.blob, digest);
      }
      printed++;
    }
    if (printed > 0) queue = queue.slice(printed);
  };

  /** Whether there is something new to print. */
  const take = (event: OperationEvent): boolean => {
    const before = queue.length + digests.length;
    if (event.type === 'output-line' && event.stream === 'stdout') queue.push({ text: event.text });
    if (event.type === 'blob-started') queue.push({ blob: event.blob });
    if (event.type === 'manifest-known') for (const { digest } of event.blobs) digests.push(digest);
    if (event.type === 'blob-started') started.push(event.blob);
    if (event.type === 'blob-checked') {
      digests.push(event.digest);
      checked.add(event.digest);
    }
    return queue.length + digests.length > before;
  };

  return {
    onEvent: (event) => {
      if (take(event)) flush();
    },
    onEnd: ({ failure }) => {
      if (failure) queue.push(...neverShown().map((digest) => ({ text: `Copying blob ${digest}` })));
      for (const line of queue) {
        if ('text' in line) stream.write(`${line.text}\n`);
        else print(line.blob, digestOf(line.blob) ?? line.blob.hex);
      }
      queue = [];
    },
  };
};
