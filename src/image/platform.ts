import type { Platform } from '../sync/job.ts';
import { hostPlatform } from './choose-instance.ts';
import type { Manifest } from './parse-manifest.ts';

/** The platform that skopeo takes for `system` here, in Go's names. */
export const systemPlatform = (
  override: Partial<Platform> = {},
  host: { platform: string; arch: string } = process,
): Platform => ({ ...hostPlatform(host.platform, host.arch), ...override });

/** `linux/arm/v7`, as platforms are written in a configuration. */
export const platformName = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter((part) => part !== undefined).join('/');

type Instance = Extract<Manifest, { kind: 'list' }>['instances'][number];

/**
 * The instance of an index that skopeo would choose for a platform, if there is no doubt: exactly one has this system and
 * architecture, and the variant asked for, if one is. With several candidates skopeo has rules of its own, which are not
 * repeated here.
 */
export const onlyInstanceFor = (instances: readonly Instance[], wanted: Platform): string | undefined => {
  const candidates = instances.filter(
    ({ platform }) =>
      platform?.os === wanted.os &&
      platform.architecture === wanted.architecture &&
      (wanted.variant === undefined || platform.variant === wanted.variant),
  );
  return candidates.length === 1 ? candidates[0]?.digest : undefined;
};
