import type { Platform } from '../job.ts';
import type { IndexInstance } from './manifest.ts';

const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/** The platform that skopeo takes for `system` here, in Go's names; absent where that cannot be said for sure. */
export const systemPlatform = (
  override: Partial<Platform> = {},
  host: { platform: string; arch: string } = process,
): Platform | undefined => {
  const os = override.os ?? (host.platform === 'win32' ? 'windows' : host.platform);
  const architecture = override.architecture ?? GO_ARCHITECTURES[host.arch];
  if (architecture === undefined) return undefined;
  return { os, architecture, ...(override.variant === undefined ? {} : { variant: override.variant }) };
};

/**
 * The instance of an index that skopeo would choose for a platform, if there is no doubt: exactly one has this system and
 * architecture, and the variant asked for, if one is. With several candidates skopeo has rules of its own, which are not
 * repeated here.
 */
export const onlyInstanceFor = (instances: readonly IndexInstance[], wanted: Platform): IndexInstance | undefined => {
  const candidates = instances.filter(
    ({ platform }) =>
      platform?.os === wanted.os &&
      platform.architecture === wanted.architecture &&
      (wanted.variant === undefined || platform.variant === wanted.variant),
  );
  return candidates.length === 1 ? candidates[0] : undefined;
};
