import type { Winsize } from './capture.ts';
import type { Stage } from './stage.ts';

/** Kinds of stdout to record with: a pipe, or terminals of several sizes. */
export const MODES: Readonly<Record<string, Winsize | undefined>> = {
  pipe: undefined,
  pty: { columns: 200, rows: 1000 },
  'pty-80': { columns: 80, rows: 1000 },
  'pty-40': { columns: 40, rows: 1000 },
  'pty-20': { columns: 20, rows: 1000 },
  'pty-0x0': { columns: 0, rows: 0 },
  'pty-2-rows': { columns: 200, rows: 2 },
};

/** One copy that a run is about. */
export interface Pair {
  readonly source: string;
  readonly destination: string;
}

/** A run that is ready to start. */
export interface Scene {
  /** After the name of the binary. */
  readonly argv: readonly string[];
  readonly pairs: readonly Pair[];
  /** All instances of lists are copied. */
  readonly all?: boolean;
  readonly sync?: boolean;
  /** Class of the failure; a run of this scene is expected to fail. A function where it depends on the version. */
  readonly errorType?: string;
  readonly attempts?: number;
  /** Acts on the running process. */
  readonly during?: (pid: number) => Promise<void>;
}

/** A case: prepares the stage and says what to run on it. */
export interface Case {
  /** First version of skopeo that has what it needs. */
  readonly since?: string;
  /** `pipe` and `pty` unless told otherwise. */
  readonly modes?: readonly string[];
  /** Whether to run it alone, because it needs the machine. */
  readonly prepare: (stage: Stage) => Promise<Scene>;
}

/** Registries of the stage speak HTTP. */
export const NO_TLS = ['--src-tls-verify=false', '--dest-tls-verify=false'] as const;

/** `skopeo copy` of one image. */
export const copyScene = (
  source: string,
  destination: string,
  flags: readonly string[] = [],
  rest: Partial<Scene> = {},
): Scene => ({
  argv: ['copy', ...NO_TLS, ...flags, source, destination],
  pairs: [{ source, destination }],
  ...rest,
});
