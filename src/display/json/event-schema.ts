import { z } from 'zod';
import type { OperationEvent } from '../../tracking/events.ts';
import { ERROR_TYPES, OPERATIONS } from '../../tracking/vocabulary.ts';
import { DIGEST, RESULT } from './result-schema.ts';

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
  digest: DIGEST,
  size_bytes: z.int().nonnegative().optional(),
});

const LEVELS = ['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'];

const bytes = (description: string) => z.number().nonnegative().describe(description);

const attempt = z.int().positive();

/** Fields of every event besides `time` and `type`. */
const FIELDS = {
  'operation-started': { operation: z.enum(OPERATIONS), source: z.string(), destination: z.string() },
  'attempt-started': {
    attempt,
    pid: z.int().optional().describe('process id of skopeo'),
    on_terminal: z.boolean().describe('skopeo tells bytes; otherwise only when blobs start'),
  },
  'image-started': {},
  'list-started': {},
  'list-counted': { images: z.int().describe('images to copy'), listed: z.int().describe('images of the list') },
  'instance-started': { digest: DIGEST, index: z.int(), count: z.int() },
  'instance-logged': { digest: DIGEST.describe('of the instance that the log goes on to') },
  'manifest-known': { instance: DIGEST.optional(), blobs: z.array(BLOB) },
  'blob-started': { blob: BLOB_KEY },
  'blob-checked': { digest: DIGEST.describe('the destination is asked for this layer') },
  'blob-progress': {
    blob: BLOB_KEY,
    read_bytes: bytes('read from the source, rounded as skopeo shows it').optional(),
    shown_size_bytes: bytes('size, rounded as skopeo shows it').optional(),
  },
  'blob-read': { blob: BLOB_KEY },
  'blob-reused': { blob: BLOB_KEY },
  'layer-present': { digest: DIGEST.describe('the destination has this layer, whether a row says so or not') },
  'blob-stored': { digest: DIGEST },
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

const copy = z.int().positive().optional().describe('number of the copy that it is about; of a sync alone');

const event = ([type, fields]: [string, z.ZodRawShape]) =>
  z.object({ time, type: z.literal(type.replaceAll('-', '_')), copy, ...fields });

/** One line of `--events`. Types and fields are added, never changed; readers pass over what they do not know. */
export const EVENT = z.union(Object.entries(FIELDS).map(event)).describe('An event of skopeo-wrapper --events');

/** Every type with its fields, for documentation and strict tests. */
export const EVENT_TYPES = Object.entries(FIELDS).map(event);
