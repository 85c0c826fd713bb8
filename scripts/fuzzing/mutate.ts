/** Pieces that terminals and skopeo give a meaning to, and others that break texts. */
const TOKENS = [
  '\n',
  '\r\n',
  '\x1b[3A\x1b[J',
  '\x1b[999999999A',
  '\x1b]0;title\x07',
  '\x9b31m',
  '\0',
  '…',
  'Copying blob ',
  'Copying config ',
  'done   | ',
  'skipped: already exists',
  '9999999999999.9TiB / 0.0b',
  'Writing manifest to image destination\n',
  'Getting image source signatures\n',
  'time="x" level=fatal msg="\\x',
  'time="x" level=debug msg="Too many requests to a: sleeping for 1e308 seconds before next attempt"\n',
].map((text) => Buffer.from(text));

const at = (random: () => number, length: number): number => Math.floor(random() * length);

const pick = <Item>(random: () => number, items: readonly Item[], fallback: Item): Item =>
  items[at(random, items.length)] ?? fallback;

const overwrite = (frame: Buffer, random: () => number): Buffer => {
  const changed = Buffer.from(frame);
  for (let count = at(random, 4); count >= 0 && changed.length > 0; count--) {
    changed[at(random, changed.length)] = at(random, 256);
  }
  return changed;
};

const insert = (frame: Buffer, random: () => number): Buffer => {
  const place = at(random, frame.length + 1);
  return Buffer.concat([frame.subarray(0, place), pick(random, TOKENS, frame), frame.subarray(place)]);
};

/**
 * One changed copy of a frame: cut, doubled, crossed with another one, with wrong bytes, with foreign tokens; or, now and
 * then, as it is.
 */
export const mutate = (frame: Buffer, frames: readonly Buffer[], random: () => number): Buffer => {
  switch (at(random, 8)) {
    case 0:
      return frame;
    case 1:
      return frame.subarray(0, at(random, frame.length + 1));
    case 2:
      return frame.subarray(at(random, frame.length + 1));
    case 3:
      return Buffer.concat([frame, frame]);
    case 4:
      return Buffer.concat([frame.subarray(0, at(random, frame.length + 1)), pick(random, frames, frame)]);
    case 5:
      return insert(frame, random);
    default:
      return overwrite(frame, random);
  }
};
