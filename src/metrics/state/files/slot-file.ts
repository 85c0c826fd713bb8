import { crc32 } from 'node:zlib';

/**
 * The layout of a run file: pairs of slots, one after the other, each pair twice as large as the one before it (4 KiB,
 * 8 KiB, …). Record `seq` goes into slot `seq % 2` of the last pair. So an interrupted write costs one update and never
 * the file, and a file grows without moving its content. A slot is a header of 40 bytes of ASCII, `SKW1 <seq> <length>
 * <crc32>`, and then JSON.
 */
interface SlotRecord {
  readonly seq: number;
  readonly json: string;
}

const HEADER_BYTES = 40;
const FIRST_SLOT_BYTES = 4096;
const PAIRS = 7;
const HEADER = /^SKW1 (\d{12}) (\d{8}) ([0-9a-f]{8}) {4}\n$/;

/** Size of one slot of a pair. */
export const slotBytes = (pair: number): number => FIRST_SLOT_BYTES * 2 ** pair;

/** The position at which a pair begins; also the size of a file with all pairs before it. */
export const pairOffset = (pair: number): number => 2 * FIRST_SLOT_BYTES * (2 ** pair - 1);

/** No run file is larger (1016 KiB). */
export const MAX_RUN_FILE_BYTES = pairOffset(PAIRS);

/**
 * The smallest pair, `atLeast` or later, with slots large enough for this many bytes; throws RangeError for more than
 * 252 KiB.
 */
export const pairFor = (recordBytes: number, atLeast: number): number => {
  for (let pair = atLeast; pair < PAIRS; pair++) {
    if (recordBytes <= slotBytes(pair)) return pair;
  }
  throw new RangeError(`a record of ${recordBytes} bytes does not fit into a run file`);
};

/** Position of record `seq` in a file whose last pair is `pair`. */
export const slotOffset = (pair: number, seq: number): number => pairOffset(pair) + (seq % 2) * slotBytes(pair);

/** The bytes of one record, header included. */
export const encodeRecord = ({ seq, json }: SlotRecord): Buffer => {
  const body = Buffer.from(json);
  const fields = `${String(seq).padStart(12, '0')} ${String(body.length).padStart(8, '0')}`;
  const checksum = crc32(body, crc32(fields)).toString(16).padStart(8, '0');
  return Buffer.concat([Buffer.from(`SKW1 ${fields} ${checksum}    \n`, 'latin1'), body]);
};

/** The valid record with the highest `seq`; undefined if no slot holds one. */
export const newestRecord = (file: Buffer): SlotRecord | undefined => {
  const headers = slotsOf(file).flatMap((slot) => readHeader(slot) ?? []);
  const newest = headers.toSorted((a, b) => b.seq - a.seq).find(isIntact);
  return newest && { seq: newest.seq, json: newest.body.toString() };
};

const slotsOf = (file: Buffer): readonly Buffer[] => {
  const slots: Buffer[] = [];
  for (let pair = 0; pair < PAIRS && pairOffset(pair) < file.length; pair++) {
    for (const start of [slotOffset(pair, 0), slotOffset(pair, 1)]) {
      slots.push(file.subarray(start, start + slotBytes(pair)));
    }
  }
  return slots;
};

interface Header {
  readonly seq: number;
  /** The text that the checksum covers, besides the body. */
  readonly fields: string;
  readonly checksum: number;
  readonly body: Buffer;
}

const readHeader = (slot: Buffer): Header | undefined => {
  const [, seq, length, checksum] = HEADER.exec(slot.toString('latin1', 0, HEADER_BYTES)) ?? [];
  if (seq === undefined || length === undefined || checksum === undefined) return undefined;
  const body = slot.subarray(HEADER_BYTES, HEADER_BYTES + Number(length));
  return { seq: Number(seq), fields: `${seq} ${length}`, checksum: Number.parseInt(checksum, 16), body };
};

const isIntact = ({ fields, checksum, body }: Header): boolean => crc32(body, crc32(fields)) === checksum;
