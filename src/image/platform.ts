/** What an image was made for, in Go's words. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** One image of an index. */
export interface Instance {
  readonly digest: string;
  readonly platform?: Platform | undefined;
}

/** Node's names of processors in Go's words, which registries and skopeo use. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
};

/** The platform that skopeo picks from an index here: this machine's, where nothing overrides it. */
export const systemPlatform = (
  override: Partial<Platform> = {},
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): Platform => ({ os: platform, architecture: GO_ARCHITECTURES[arch] ?? arch, ...override });

/** `linux/arm/v7`, as platforms are written in a configuration. */
export const platformName = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter((part) => part !== undefined).join('/');

/** Whether something for `platform` is what was asked for; without a wanted variant any variant is. */
export const isPlatform = (wanted: Platform, platform: Platform | undefined): boolean =>
  platform?.os === wanted.os &&
  platform.architecture === wanted.architecture &&
  (wanted.variant === undefined || platform.variant === wanted.variant);

/** The instance that skopeo copies for a platform: the first one listed wins. */
export const chooseInstance = (instances: readonly Instance[], wanted: Platform): string | undefined =>
  instances.find(({ platform }) => isPlatform(wanted, platform))?.digest;

/** The instance that skopeo copies for a platform, where there is no doubt: exactly one fits. */
export const onlyInstanceFor = (instances: readonly Instance[], wanted: Platform): string | undefined => {
  const [only, ...others] = instances.filter(({ platform }) => isPlatform(wanted, platform));
  return others.length === 0 ? only?.digest : undefined;
};
