import { execa } from 'execa';
import type { ManifestReader } from '../image/local-layout.ts';
import { withGrace } from '../skopeo/process/grace.ts';
import { type Launcher, launch } from '../skopeo/process/parent-death.ts';

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

export interface RegistryReaderOptions {
  readonly binary: string;
  readonly launcher?: Launcher;
  /** Global options and those of `inspect`: credentials file, TLS. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `docker://host/repository`, and the tag or digest behind it with its separator. */
  readonly repository: string;
  readonly suffix: string;
}

/** Reads manifests from a registry through skopeo itself, so that its credentials, mirrors and policy hold. */
export const registryReader =
  (options: RegistryReaderOptions): ManifestReader =>
  async (instance, signal) => {
    const { binary, launcher = [], env, cwd, repository, suffix } = options;
    const reference = `${repository}${instance === undefined ? suffix : `@${instance}`}`;
    const [file, args] = launch(launcher, binary, ['inspect', '--raw', ...options.options, reference]);
    const result = await withGrace(
      execa(file, args, {
        env,
        extendEnv: false,
        cwd,
        stdin: 'ignore',
        stderr: 'ignore',
        encoding: 'buffer',
        reject: false,
        maxBuffer: MAX_MANIFEST_BYTES,
        stripFinalNewline: false,
        cancelSignal: signal,
      }),
    );
    return result.failed ? undefined : result.stdout;
  };
