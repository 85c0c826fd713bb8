import type { ErrorType } from '../../src/tracking/vocabulary.ts';
import type { FakePlan } from '../support/fake-skopeo.ts';
import type { MadeImage, OciLayout } from '../support/images.ts';
import type { ConnectionFault, Link, Rule } from '../support/proxy.ts';
import type { TempDir } from '../support/temp.ts';

/** Which end of the copy is at fault. `download`: registry to directory; `upload`: layout to registry. */
export type Side = 'download' | 'upload';

/** What must come of a fault. */
export interface Expectation {
  /** Classes that are right; empty: the copy succeeds in spite of the fault. */
  readonly errorTypes: readonly ErrorType[];
  /** Versions of skopeo differ: it may also succeed. Whatever it says must then be true. */
  readonly maySucceed?: true;
  /** 1 unless told otherwise. */
  readonly exitCodes?: readonly number[];
  /** A child of skopeo may outlive it: nobody was there to end it. */
  readonly orphans?: true;
  /** skopeo processes that it took. */
  readonly attempts?: number;
  /** How long the operation may take by itself; machines that are busy get some more. */
  readonly withinSeconds: number;
}

/** What an arrangement has to work with. */
export interface Field {
  readonly dir: TempDir;
  readonly layout: OciLayout;
  readonly image: MadeImage;
}

/** What a fault of this machine changes about a copy. */
export interface Arrangement {
  readonly source?: string;
  readonly destination?: string;
  /** In front of the row's own. */
  readonly flags?: readonly string[];
  /** Command in front of the CLI. */
  readonly wrap?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Taken down after the trial. */
  readonly resource?: AsyncDisposable;
}

/** One row of the table: what goes wrong, and what must come of it. */
export interface Fault {
  readonly name: string;
  readonly side: Side;
  /** What the registry's proxy does; a function where the image decides which requests are meant. */
  readonly rules?: readonly Rule[] | ((image: MadeImage) => readonly Rule[]);
  readonly connections?: ConnectionFault;
  readonly link?: Link;
  /** Nothing listens at the registry's address. */
  readonly refused?: true;
  /** Packets to the registry's address are swallowed. */
  readonly deaf?: true;
  /** Prepares this machine: a disk that is full, a file that is damaged. */
  readonly arrange?: (field: Field) => Promise<Arrangement>;
  /** The arrangement mounts a disk or becomes another user. */
  readonly needsRoot?: true;
  /** Replaces skopeo. */
  readonly fake?: FakePlan;
  readonly flags?: readonly string[];
  readonly expect: Expectation;
}

/** Silence that ends an attempt in this suite. */
export const STALL = ['--stall-timeout', '2s'] as const;

/** A longer silence than any healthy copy of this suite has, even on a slow disk. */
export const PATIENT_STALL = ['--stall-timeout', '5s'] as const;

/** A hang ends by the watchdog: 2 s of silence, half a second of sampling, the time to die. */
export const STALLED: Expectation = { errorTypes: ['stalled'], exitCodes: [124], withinSeconds: 6 };

/** A failure that is noticed at once. */
export const failsWith = (...errorTypes: readonly ErrorType[]): Expectation => ({ errorTypes, withinSeconds: 5 });

/** The copy succeeds. */
export const succeeds = (withinSeconds = 10): Expectation => ({ errorTypes: [], exitCodes: [0], withinSeconds });

/** An answer of a registry with an error in the form of the distribution specification. */
export const registryError = (status: number, code: string, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }),
});

/** An answer of something in between that knows nothing of registries. */
export const plainError = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: `<html><body><h1>${status}</h1></body></html>`,
});

/** Requests of a copy, by what they are for. */
export const REQUESTS = {
  ping: { method: 'GET', path: /^\/v2\/$/ },
  readManifest: { method: 'GET', path: /\/manifests\// },
  readBlob: { method: 'GET', path: /\/blobs\/sha256/ },
  checkBlob: { method: 'HEAD', path: /\/blobs\/sha256/ },
  startUpload: { method: 'POST', path: /\/blobs\/uploads\// },
  sendBlob: { method: 'PATCH', path: /\/blobs\/uploads\// },
  finishUpload: { method: 'PUT', path: /\/blobs\/uploads\// },
  writeManifest: { method: 'PUT', path: /\/manifests\// },
} as const;

/** Downloads of the first layer. Newer versions of skopeo read the config first, and forgive that it cannot be read. */
export const readFirstLayer = ({ layers: [first] }: MadeImage) => ({
  method: 'GET',
  path: new RegExp(`/blobs/${first?.digest}`),
});
