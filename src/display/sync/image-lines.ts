import { PassThrough } from 'node:stream';
import type { OutputStream } from '../../context.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { OperationTracker } from '../../tracking/operation-tracker.ts';
import { skopeoLines } from '../skopeo-lines.ts';

/**
 * Prints what skopeo prints to stdout, one image's lines at a time although images are copied side by side: each block is
 * held back until its image is done.
 */
export const imageLines = (stdout: OutputStream) => {
  const blocks = new WeakMap<
    OperationTracker,
    { readonly held: PassThrough; readonly lines: ReturnType<typeof skopeoLines> }
  >();
  return (event: OperationEvent, image: OperationTracker): void => {
    const held = blocks.get(image)?.held ?? new PassThrough();
    const block = blocks.get(image) ?? { held, lines: skopeoLines(held) };
    blocks.set(image, block);
    block.lines.onEvent?.(event, image);
    if (event.type !== 'operation-finished') return;
    block.lines.onEnd?.({ result: event.result, stdout: Buffer.alloc(0) });
    stdout.write(block.held.read() ?? '');
  };
};
