/** What of a run is compared. */
export type Aspect = 'stdout' | 'exit status' | 'files' | 'registry' | 'stderr';

/** One command line, given to skopeo and to the wrapper. */
export interface Invocation {
  /**
   * Arguments, split at spaces. Replaced before: `{plain}`, `{basic}`, `{tls}`, `{token}`, `{faulty}`, `{none}`
   * (`HOST:PORT` of the registries of the stage), `{out}` (a repository of this run alone), `{key}` (fingerprint of the
   * GPG key), `{cwd}`, `{certs}`, `{layer}` and `{digest}` (of the image `app`).
   */
  readonly command: string;
  /** Commands of skopeo that prepare the place of the run. */
  readonly before?: readonly string[];
  /** First version of skopeo that can do it. */
  readonly since?: string;
  /** Status that skopeo ends with, where two failures that are alike would prove nothing. */
  readonly status?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** stdout is a file on a full disk. */
  readonly fullStdout?: true;
  /** An entry of `docs/differences.md`; every aspect that it names must differ, no other may. */
  readonly differs?: Expectation | readonly Expectation[];
  /**
   * Files whose bytes are new in every run of skopeo, too: only their names and modes are compared; `registry`: of
   * manifests only repository and tag.
   */
  readonly unstable?: RegExp;
}

/** A difference that is meant. */
export interface Expectation {
  readonly id: string;
  readonly in: readonly Aspect[];
  /** Only for versions of skopeo below this one. */
  readonly below?: string;
  /** Only for this version of skopeo and newer ones. */
  readonly from?: string;
}

/** First version of skopeo that makes sigstore keys. */
export const SIGSTORE_KEYS_SINCE = '1.11.0';

/** The wrapper refuses by itself what skopeo would refuse, with another status and in other words. */
export const REFUSED: Expectation = { id: 'usage-status', in: ['exit status', 'stderr'] };

/** Where skopeo before 1.18 shows its usage on stdout and ends with status 0. */
export const MISCOUNTED: readonly Expectation[] = [
  { id: 'usage-status', in: ['exit status', 'stdout'], below: '1.18.0' },
  { ...REFUSED, from: '1.18.0' },
];

/** The installed skopeo is older than the flag or subcommand; a newer one does as the wrapper does. */
export const tooOld = (below: string): Expectation => ({ id: 'too-old', in: ['exit status', 'stderr'], below });
