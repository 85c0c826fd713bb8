import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes as one read() gave them. */
export interface RecordedChunk {
  /** Milliseconds since the start of the process. */
  readonly ms: number;
  readonly stream: 'stdout' | 'stderr';
  /** The bytes as text; `base64` where they are not valid UTF-8 by themselves. */
  readonly text?: string;
  readonly base64?: string;
}

/** What really became of a blob, told by the registries and directories and not by skopeo's output. */
export interface TrueBlob {
  readonly kind: 'layer' | 'config';
  /** Digest in the source. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** `skipped`: the destination had it or got it from elsewhere; `unstarted`: skopeo never came to it. */
  readonly outcome: 'copied' | 'skipped' | 'failed' | 'unstarted';
}

export interface TrueImage {
  /** Manifest digest in the source. */
  readonly digest: string;
  readonly mediaType: string;
  /** Reference that the image was copied to. */
  readonly destination: string;
  /** `unchanged`: only sync, the destination held this manifest before. */
  readonly outcome: 'copied' | 'unchanged' | 'failed';
  readonly blobs: readonly TrueBlob[];
}

/** What really happened in a run. */
export interface Truth {
  readonly outcome: 'success' | 'error';
  /** Class of the failure as whoever wrote the case knows it. */
  readonly errorType?: string;
  readonly attempts: number;
  /** The images that the run was about; the instances of a list one by one. */
  readonly images: readonly TrueImage[];
  /** Digest of the list, for a copy of all its instances. */
  readonly listDigest?: string;
  /** Manifest digest at the destination afterwards, for a copy that succeeded. */
  readonly destinationDigest?: string;
  /** Blob bytes that left the source registry, broken downloads included; absent for local sources. */
  readonly downloadedBytes?: number;
  /** Blob bytes that reached the destination registry; absent for local destinations. */
  readonly uploadedBytes?: number;
}

/** A run of the real skopeo. Hosts and directories are replaced by names of their own. */
export interface RecordedRun {
  /** Version of skopeo. */
  readonly skopeo: string;
  readonly case: string;
  readonly mode: string;
  /** Without the name of the binary. */
  readonly argv: readonly string[];
  /** Size of the terminal on stdout; absent: a pipe. */
  readonly winsize?: { readonly columns: number; readonly rows: number };
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly chunks: readonly RecordedChunk[];
  readonly truth: Truth;
}

/** Where recorded runs lie: `VERSION/CASE.MODE.json`. */
export const RUNS_DIR = join(import.meta.dirname, '..', 'fixtures', 'runs');

/** The bytes of a chunk. */
export const chunkBytes = ({ text, base64 }: RecordedChunk): Buffer =>
  base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');

/** All bytes of one stream of a run. */
export const streamBytes = (run: RecordedRun, stream: RecordedChunk['stream']): Buffer =>
  Buffer.concat(run.chunks.filter((chunk) => chunk.stream === stream).map(chunkBytes));

/** One recorded run; throws when there is none. */
export const loadRun = (version: string, name: string, mode: string): RecordedRun =>
  JSON.parse(readFileSync(join(RUNS_DIR, version, `${name}.${mode}.json`), 'utf8'));

/** Every recorded run, in the order of version, case and mode. */
export const loadRuns = (): RecordedRun[] =>
  readdirSync(RUNS_DIR, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(RUNS_DIR, name), 'utf8')));
