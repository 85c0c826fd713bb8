import type { OutputStream } from '../context.ts';
import type { BlobKey, OperationEvent } from '../tracking/events.ts';
import type { Renderer } from './renderer.ts';

type Line = { readonly text: string } | { readonly blob: BlobKey };

/**
 * Prints to stdout what skopeo itself prints there when it is not a terminal, so that scripts go on working. Rows of a
 * terminal name only 12 digits of a digest: such a line, and all that follow it, wait until a manifest or skopeo's debug
 * output has told the others, at the latest until the end. A copy that fails at once never draws its rows: the debug
 * output names those layers.
 */
export const skopeoLines = (stream: OutputStream): Renderer => {
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
        const digest = digestOf(line.blob);
        if (digest === undefined) break;
        print(line.blob, digest);
      }
      printed++;
    }
    queue = queue.slice(printed);
  };

  const take = (event: OperationEvent): void => {
    if (event.type === 'output-line' && event.stream === 'stdout') queue.push({ text: event.text });
    if (event.type === 'blob-started') queue.push({ blob: event.blob });
    if (event.type === 'manifest-known') digests.push(...event.blobs.map(({ digest }) => digest));
    if (event.type === 'blob-started') started.push(event.blob);
    if (event.type !== 'blob-checked') return;
    digests.push(event.digest);
    checked.add(event.digest);
  };

  return {
    onEvent: (event) => {
      take(event);
      flush();
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
