import type { Secret } from '../../secrets/secret.ts';

/** Whose credentials: the only image of a command, the source or the destination. */
export type Side = 'image' | 'source' | 'destination';

/** Credentials as flags gave them, for one side. */
export interface GivenCredentials {
  /** `USERNAME[:PASSWORD]` */
  readonly creds?: Secret;
  readonly username?: string;
  readonly password?: Secret;
  readonly registryToken?: Secret;
}

/** Sides without any credentials are absent. */
export type CredentialsBySide = Readonly<Partial<Record<Side, GivenCredentials>>>;
