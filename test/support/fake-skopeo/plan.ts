/** One thing that the fake does; the steps of a call are done in order. */
export type FakeStep =
  /** Prints what a recorded run printed and ends as it ended. The mode follows stdout unless given. */
  | {
      readonly replay: { readonly version: string; readonly case: string; readonly mode?: string };
      /** Keeps the recorded pauses; without it everything comes at once. */
      readonly timed?: boolean;
      /** Only prints; how it ends is up to the next step. */
      readonly goOn?: boolean;
    }
  /** Prints text or bytes, `repeat` times. */
  | {
      readonly write: 'stdout' | 'stderr';
      readonly text?: string;
      readonly base64?: string;
      readonly repeat?: number;
    }
  /** Prints so many bytes that mean nothing, the same for the same seed. */
  | { readonly garbage: 'stdout' | 'stderr'; readonly bytes: number; readonly seed?: number }
  /** Reads and writes so many bytes elsewhere, at a rate if given: `/proc/PID/io` moves, nothing is printed. */
  | { readonly moveBytes: number; readonly bytesPerSecond?: number }
  | { readonly waitMs: number }
  | { readonly ignore: readonly NodeJS.Signals[] }
  | { readonly close: 'stdout' | 'stderr' }
  /** Starts a child that shares stderr, as credential helpers do, and outlives the fake unless it is ended with it. */
  | { readonly startChild: true }
  | { readonly hang: true }
  | { readonly exit: number }
  /** Ends itself by a signal, as a crash or the kernel would. */
  | { readonly die: NodeJS.Signals };

/** What a fake skopeo does. It answers `--version` by itself. */
export interface FakePlan {
  /** 1.18.0 unless told otherwise. */
  readonly version?: string;
  /** One list of steps per call of `copy` or `sync`; the last one serves all further calls. */
  readonly calls: readonly (readonly FakeStep[])[];
  /** For every other subcommand; an error unless told otherwise. */
  readonly others?: readonly FakeStep[];
}
