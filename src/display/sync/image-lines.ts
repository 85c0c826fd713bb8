import type { OutputStream } from '../../context.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { TrackedOperation } from '../../tracking/tracked-operation.ts';
import type { Renderer } from '../renderer.ts';
import { skopeoLines } from '../skopeo-lines.ts';

/** The largest image makes skopeo print a hundredth of this. */
const MAX_HELD_CHARACTERS = 1024 * 1024;

interface Block {
  readonly lines: Renderer;
  held: string;
}

/**
 * Prints what skopeo prints to stdout, grouped by image although images are copied side by side: the lines of an image
 * are held until it is done, or until they take too much memory.
 */
export const imageLines = (stdout: Pick<OutputStream, 'write'>) => {
  const blocks = new WeakMap<TrackedOperation, Block>();
  const printHeld = (block: Block): void => {
    stdout.write(block.held);
    block.held = '';
  };
  const begin = (): Block => {
    const write = (text: string): void => {
      block.held += text;
      if (block.held.length > MAX_HELD_CHARACTERS) printHeld(block);
    };
    const block: Block = { lines: skopeoLines({ write }), held: '' };
    return block;
  };
  return (event: OperationEvent, image: TrackedOperation): void => {
    const block = blocks.get(image) ?? begin();
    blocks.set(image, block);
    block.lines.onEvent?.(event, image);
    if (event.type !== 'operation-finished') return;
    block.lines.onEnd?.({ result: event.result, stdout: Buffer.alloc(0) });
    printHeld(block);
  };
};
