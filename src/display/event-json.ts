import { z } from 'zod';
import type { Redactor } from '../secrets/redactor.ts';
import { snakeCase } from '../text/json.ts';
import type { OperationEvent } from '../tracking/events.ts';
import { ERROR_TYPES, OPERATIONS } from '../tracking/vocabulary.ts';
import { DIGEST_FIELD, RESULT, resultJson } from './result-json.ts';

const BLOB_KEY = z
  .object({
    kind: z.enum(['layer', 'config']),
    hex: z
      .string()
      .regex(/^[0-9a-f]{10,64}$/)
      .describe('hex digits of the source digest, as far as skopeo showed them'),
    occurrence: z.int().positive().describe('2 or more: the image holds the same layer several times'),
  })
  .describe('a blob within the image that was started last');

const BLOB = z.object({
  kind: z.enum(['layer', 'config']),
  digest: DIGEST_FIELD,
  size_bytes: z.int().nonnegative().optional(),
});

const LEVELS = ['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'];

const bytes = (description: string) => z.number().nonnegative().describe(description);

const attempt = z.int().positive();

/** Fields of every event besides `time` and `type`. */
const FIELDS = {
  'operation-started': { operation: z.enum(OPERATIONS), source: z.string(), destination: z.string() },
  'destination-awaited': { destination: z.string() },
  'attempt-started': {
    attempt,
    pid: z.int().optional().describe('process id of skopeo'),
    on_terminal: z.boolean().describe('skopeo shows bytes; otherwise only when blobs start'),
  },
  'image-started': {},
  'list-started': {},
  'list-counted': { images: z.int().describe('images to copy'), listed: z.int().describe('images of the list') },
  'instance-started': { digest: DIGEST_FIELD, index: z.int(), count: z.int() },
  'instance-logged': { digest: DIGEST_FIELD.describe('of the instance that the log has reached') },
  'manifest-known': { instance: DIGEST_FIELD.optional(), blobs: z.array(BLOB) },
  'blob-started': { blob: BLOB_KEY },
  'blob-checked': { digest: DIGEST_FIELD.describe('the destination is asked for this layer') },
  'blob-progress': {
    blob: BLOB_KEY,
    read_bytes: bytes('read from the source, rounded as skopeo shows it').optional(),
    shown_size_bytes: bytes('size, rounded as skopeo shows it').optional(),
  },
  'blob-read': { blob: BLOB_KEY },
  'blob-reused': { blob: BLOB_KEY },
  'layer-present': { digest: DIGEST_FIELD.describe('the destination has this layer already, according to the log') },
  'blob-stored': { digest: DIGEST_FIELD },
  'manifest-writing': { list: z.boolean() },
  'signatures-reading': {},
  'signatures-storing': {},
  'image-unchanged': {},
  'rate-limited': { registry: z.string(), wait_seconds: z.number() },
  'io-sampled': {
    read_bytes: bytes('read by skopeo in this attempt, sockets included'),
    written_bytes: z.number().describe('written by skopeo in this attempt, sockets included'),
    queued_bytes: bytes('written, but not acknowledged by the other side yet; only in silence').optional(),
  },
  log: {
    level: z.enum(LEVELS).describe('debug: only with --debug'),
    message: z.string(),
    fields: z.record(z.string(), z.string()),
  },
  'output-line': { stream: z.enum(['stdout', 'stderr']), text: z.string() },
  'attempt-failed': {
    attempt,
    error_type: z.enum(ERROR_TYPES),
    message: z.string(),
    registry: z.string().optional(),
  },
  retrying: { attempt, error_type: z.enum(ERROR_TYPES), delay_seconds: z.number(), message: z.string() },
  'operation-finished': { result: RESULT },
} satisfies Record<OperationEvent['type'], z.ZodRawShape>;

const time = z.iso.datetime().describe('when it happened, UTC');

const copyField = z.int().positive().optional().describe('number of the copy that it is about; of a sync alone');

const event = ([type, fields]: [string, z.ZodRawShape]) =>
  z.object({ time, type: z.literal(type.replaceAll('-', '_')), copy: copyField, ...fields });

/**
 * One line of `--events`. Later versions may add types and fields, but change none; readers ignore those that they do
 * not know.
 */
export const EVENT = z.union(Object.entries(FIELDS).map(event)).describe('An event of skopeo-wrapper --events');

/** Every type with its fields, for documentation and strict tests. */
export const EVENT_TYPES = Object.entries(FIELDS).map(event);

/** Converts names to snake case at every depth. Keys of log fields are skopeo's own and stay. */
const publish = (value: unknown, rename = snakeCase): unknown => {
  if (Array.isArray(value)) return value.map((item) => publish(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    rename(name),
    publish(inner, name === 'fields' ? (key) => key : snakeCase),
  ]);
  return Object.fromEntries(entries);
};

/** An event as one line of `--events`, without the line end. */
export const eventJson = (event: OperationEvent, time: Date, redactor: Redactor, copy?: number): string => {
  const { type, ...fields } =
    event.type === 'operation-finished' ? { ...event, result: resultJson(event.result) } : event;
  const published = publish(fields);
  const about = { time: time.toISOString(), type: type.replaceAll('-', '_'), copy };
  return redactor.json({ ...about, ...Object(published) });
};
