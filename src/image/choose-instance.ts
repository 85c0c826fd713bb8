import type { Platform } from './parse-manifest.ts';

/** Node's names of processors in Go's words, which registries and skopeo use. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
};

/** The platform that skopeo picks from a list when nothing overrides it. */
export const hostPlatform = (platform: string, arch: string): Platform => ({
  os: platform,
  architecture: GO_ARCHITECTURES[arch] ?? arch,
});

/** The instance skopeo will copy for a platform; without a wanted variant any will do, the first one listed wins. */
export const chooseInstance = (
  instances: readonly { readonly digest: string; readonly platform?: Platform | undefined }[],
  wanted: Platform,
): string | undefined =>
  instances.find(
    ({ platform }) =>
      platform?.os === wanted.os &&
      platform.architecture === wanted.architecture &&
      (wanted.variant === undefined || platform.variant === wanted.variant),
  )?.digest;
