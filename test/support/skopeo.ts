import { execa } from 'execa';

/** The skopeo under test: the environment variable `SKOPEO`, or the one in PATH. */
export const SKOPEO = process.env.SKOPEO ?? 'skopeo';

export interface SkopeoResult {
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/**
 * Environment in which skopeo keeps its blob info cache, credentials and temporary files below `home`. Without it every
 * skopeo of the machine shares one cache, and what one test has copied decides what the next one reuses. As root,
 * skopeo only looks at `XDG_DATA_HOME` when it believes to be rootless.
 */
export const privateHome = (home: string): Record<string, string> => ({
  HOME: home,
  XDG_DATA_HOME: `${home}/data`,
  XDG_RUNTIME_DIR: home,
  TMPDIR: home,
  _CONTAINERS_ROOTLESS_UID: '1000',
});

/** Runs the bare skopeo to its end, never throws for its exit status. */
export const skopeo = async (
  args: readonly string[],
  {
    env = {},
    binary = SKOPEO,
    timeoutMs = 180_000,
  }: { env?: Record<string, string>; binary?: string; timeoutMs?: number } = {},
): Promise<SkopeoResult> => {
  const result = await execa(binary, args, { env, reject: false, stdin: 'ignore', timeout: timeoutMs });
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: result.stdout,
    stderr: result.stderr,
    durationMs: result.durationMs,
  };
};

/** Runs skopeo as a preparation of a test: throws with its output when it fails. */
export const mustSkopeo = async (
  args: readonly string[],
  options: Parameters<typeof skopeo>[1] = {},
): Promise<SkopeoResult> => {
  const result = await skopeo(args, options);
  if (result.exitCode !== 0)
    throw new Error(`skopeo ${args.join(' ')} failed (${result.exitCode ?? result.signal}): ${result.stderr}`);
  return result;
};

/** `1.9.3` of `skopeo version 1.9.3`. */
export const skopeoVersion = async (binary = SKOPEO): Promise<string> => {
  const { stdout } = await mustSkopeo(['--version'], { binary });
  const version = /^skopeo version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`not a version of skopeo: ${stdout}`);
  return version;
};
