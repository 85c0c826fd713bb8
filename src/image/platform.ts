/** What an image was built for, in Go's terms. */
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

/** Node's names of processors in Go's terms, which registries and skopeo use. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
};

/** The platform that skopeo chooses from an index here: that of this machine, unless options override it. */
export const systemPlatform = (
  override: Partial<Platform> = {},
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): Platform => ({ os: platform, architecture: GO_ARCHITECTURES[arch] ?? arch, ...override });

/** A platform as it is written in a configuration: `linux/arm/v7`. */
export const platformName = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter((part) => part !== undefined).join('/');

/** Whether `platform` is the requested one; if no variant was requested, any variant matches. */
export const isPlatform = (wanted: Platform, platform: Platform | undefined): boolean =>
  platform?.os === wanted.os &&
  platform.architecture === wanted.architecture &&
  (wanted.variant === undefined || platform.variant === wanted.variant);

/** The instance that skopeo copies for a platform: the first one in the list. */
export const chooseInstance = (instances: readonly Instance[], wanted: Platform): string | undefined =>
  instances.find(({ platform }) => isPlatform(wanted, platform))?.digest;

/** The instance that skopeo copies for a platform, if exactly one fits. */
export const onlyInstanceFor = (instances: readonly Instance[], wanted: Platform): string | undefined => {
  const [only, ...others] = instances.filter(({ platform }) => isPlatform(wanted, platform));
  return others.length === 0 ? only?.digest : undefined;
};
