/** What of the surroundings decides how skopeo reaches registries. */
export interface RegistryEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly uid: number;
  /** Directory of the system's container configuration, `/etc/containers`. */
  readonly systemDirectory: string;
  /** Another file than the usual ones, as the command line names it. */
  readonly registriesConf?: string | undefined;
}
