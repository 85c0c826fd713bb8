import { defined } from '../defined.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { parseDockerReference } from '../image/docker-reference.ts';
import type { Platform } from '../image/platform.ts';
import { RATE_LIMIT_DELAY_SECONDS } from '../operation/retry.ts';
import type { RegistryAccess } from '../registry/access.ts';
import { loadSkopeoYaml } from './config/skopeo-yaml.ts';
import { type CopySettings, JOB_DEFAULTS, type SyncEntry, type SyncJob } from './job.ts';
import { skopeoRule } from './map/skopeo-rule.ts';
import type { SigningSettings } from './signing.ts';

/** `sync --src … --dest … SOURCE DESTINATION`, as the command line was read. */
export interface SyncRequest {
  readonly sourceTransport: 'docker' | 'dir' | 'yaml';
  readonly destinationTransport: 'docker' | 'dir';
  readonly source: string;
  readonly destination: string;
  readonly all?: boolean;
  readonly scoped?: boolean;
  readonly appendSuffix?: string;
  readonly format?: 'oci' | 'v2s1' | 'v2s2';
  readonly preserveDigests?: boolean;
  readonly removeSignatures?: boolean;
  readonly signing?: SigningSettings;
  readonly sourceAccess?: RegistryAccess;
  readonly destinationAccess?: RegistryAccess;
  /** skopeo's `--override-os`, `--override-arch` and `--override-variant`. */
  readonly systemPlatform?: Partial<Platform>;
  readonly retryTimes?: number;
  readonly retryDelaySeconds?: number;
  readonly parallel?: number;
  readonly stallTimeoutSeconds?: number;
  readonly jobName?: string;
}

const copySettings = (request: SyncRequest): CopySettings => ({
  content: request.all === true ? 'all' : 'system',
  preserveDigests: request.preserveDigests ?? false,
  ...defined({
    systemPlatform: request.systemPlatform,
    format: request.format,
    removeSignatures: request.removeSignatures,
  }),
  ...request.signing,
});

type EntryFrame = Pick<SyncEntry, 'destinations' | 'copy' | 'sourceAccess' | 'immutable' | 'existingDirectory'>;

const EVERY_TAG = { tags: [], digests: [], rules: { include: [], exclude: [], versions: [] }, minimum: 1 };

const dockerEntry = (source: string, frame: EntryFrame): SyncEntry => {
  const { registry, path, tag, digest } = parseDockerReference(source);
  const isImage = tag !== undefined || digest !== undefined;
  const fixed = digest === undefined ? { tags: [tag ?? ''], digests: [] } : { tags: [], digests: [digest] };
  return {
    ...frame,
    name: `${registry}/${path}`,
    source: { kind: 'repository', registry, path },
    selection: isImage ? { ...fixed, minimum: 0 } : EVERY_TAG,
  };
};

/** Reads the file of `--src yaml`. */
type ReadSource = (path: string) => Promise<string>;

const entriesOf = async (request: SyncRequest, readSource: ReadSource): Promise<readonly SyncEntry[]> => {
  const destination = skopeoRule({
    transport: request.destinationTransport,
    destination: request.destination,
    scoped: request.scoped ?? false,
    appendSuffix: request.appendSuffix ?? '',
  });
  const copy = copySettings(request);
  const access = request.sourceAccess ?? {};
  const frame: EntryFrame = {
    destinations: [destination],
    copy,
    sourceAccess: access,
    immutable: [],
    existingDirectory: 'refuse',
  };
  switch (request.sourceTransport) {
    case 'docker':
      return [dockerEntry(request.source, frame)];
    case 'dir':
      return [
        {
          ...frame,
          name: `dir:${request.source}`,
          source: { kind: 'directory', path: request.source },
          selection: EVERY_TAG,
        },
      ];
    case 'yaml':
      return loadSkopeoYaml(request.source, await readSource(request.source), { destination, copy, access });
  }
};

/**
 * The job that `skopeo sync` would do with these options.
 * @throws WrapperError `usage` for a combination that skopeo refuses too, or a source file that is not valid.
 */
export const jobFromSkopeoOptions = async (request: SyncRequest, readSource: ReadSource): Promise<SyncJob> => {
  if (request.sourceTransport === 'dir' && request.destinationTransport === 'dir') {
    throw usageError("sync from 'dir' to 'dir' is not possible", 'Use rsync.');
  }
  return {
    ...defined({ name: request.jobName }),
    entries: await entriesOf(request, readSource),
    parallel: request.parallel ?? JOB_DEFAULTS.parallel,
    registries: new Map(),
    destinationAccess: new Map([['', request.destinationAccess ?? {}]]),
    retry: {
      ...(request.retryDelaySeconds === undefined
        ? JOB_DEFAULTS.retry
        : { delaySeconds: request.retryDelaySeconds, rateLimitDelaySeconds: RATE_LIMIT_DELAY_SECONDS }),
      times: request.retryTimes ?? JOB_DEFAULTS.retry.times,
    },
    stallTimeoutSeconds: request.stallTimeoutSeconds ?? JOB_DEFAULTS.stallTimeoutSeconds,
    onFailure: 'continue',
  };
};
