/** The content of one line about a blob, from a pipe or from a terminal. */
export interface BlobRow {
  readonly kind: 'layer' | 'config';
  readonly hex: string;
  readonly state: 'started' | 'progress' | 'read' | 'reused';
  readonly readBytes?: number;
  readonly shownSizeBytes?: number;
}

const NUMBER = String.raw`(\d+(?:\.\d+)?)(b|[KMGTP]iB)`;

/** A full line on a pipe; printed once, when the blob starts. */
const PIPE_LINE = /^Copying (blob|config) sha256:([0-9a-f]{64})$/;
/** 12 digits of a layer, 10 of a config; in a narrow window the next text follows them without a space. */
const ROW = /^Copying (?:(blob) ([0-9a-f]{12})|(config) ([0-9a-f]{10}))(.*)$/;
const AMOUNTS = new RegExp(String.raw`^ ?(?:\[[=>+-]*\] ?| )?${NUMBER} \/ ${NUMBER}(?:$| |…)`);
const DONE = /^ done *(?:\| *)?$/;
const REUSED = /^ skipped: already exists/;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  PiB: 1024 ** 5,
};

const toBytes = (amount: string, unit: string): number => Math.round(Number(amount) * (UNIT_BYTES[unit] ?? 1));

const rowState = (rest: string): Pick<BlobRow, 'state' | 'readBytes' | 'shownSizeBytes'> => {
  const amounts = AMOUNTS.exec(rest);
  if (amounts) {
    const [, read = '', readUnit = '', size = '', sizeUnit = ''] = amounts;
    return { state: 'progress', readBytes: toBytes(read, readUnit), shownSizeBytes: toBytes(size, sizeUnit) };
  }
  if (DONE.test(rest)) return { state: 'read' };
  if (REUSED.test(rest)) return { state: 'reused' };
  return { state: 'started' };
};

/** Reads a line about a blob from a pipe or a terminal; undefined when the line is not about a blob. */
export const parseBlobRow = (text: string): BlobRow | undefined => {
  const line = PIPE_LINE.exec(text);
  if (line) return { kind: line[1] === 'blob' ? 'layer' : 'config', hex: line[2] ?? '', state: 'started' };
  const row = ROW.exec(text);
  if (!row) return undefined;
  const [, , layerHex, , configHex, rest = ''] = row;
  return { kind: layerHex ? 'layer' : 'config', hex: layerHex ?? configHex ?? '', ...rowState(rest) };
};
