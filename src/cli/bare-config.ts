import { Config } from '@oclif/core/config';

/** A configuration that knows nothing: all that a command needs whose arguments oclif does not parse. */
export const bareConfig = (): Config => new Config({ root: '' });
