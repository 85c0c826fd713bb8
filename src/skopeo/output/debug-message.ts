import type { OutputEvent } from '../../tracking/events.ts';

const PRESENT_LAYER = /^Skipping blob (sha256:[0-9a-f]{64}) \(already present\):/;
const INSTANCE = /^(?:Copying|Replicating) instance (sha256:[0-9a-f]{64}) \(\d+\/\d+\)$/;
const STORED_BLOB = /^Upload of layer (sha256:[0-9a-f]{64}) complete$/;
const CHECKED_BLOB = /^Checking if we can reuse blob (sha256:[0-9a-f]{64}):/;
// With the URL of the request.
const TOO_MANY_REQUESTS =
  /^Too many requests to https?:\/\/(?:[^\s/@]*@)?([^\s/]+)\S*: sleeping for ([\d.]+) seconds before next attempt$/;
/** Where requests for images of Docker Hub go. */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/**
 * What skopeo tells with `--debug`: an instance of a list that it goes on to, a layer that it begins with, a layer that the
 * destination has (the sole sign of it where there are no rows), a blob that a registry has taken, and a wait that a
 * registry asked for (skopeo is silent for up to a minute). Undefined for all else.
 */
export const parseDebugMessage = (message: string): OutputEvent | undefined => {
  const present = PRESENT_LAYER.exec(message)?.[1];
  if (present !== undefined) return { type: 'layer-present', digest: present };
  const checked = CHECKED_BLOB.exec(message)?.[1];
  if (checked !== undefined) return { type: 'blob-checked', digest: checked };
  const digest = STORED_BLOB.exec(message)?.[1];
  if (digest !== undefined) return { type: 'blob-stored', digest };
  const instance = INSTANCE.exec(message)?.[1];
  if (instance !== undefined) return { type: 'instance-logged', digest: instance };
  const [, host, seconds] = TOO_MANY_REQUESTS.exec(message) ?? [];
  if (host === undefined) return undefined;
  const registry = host === DOCKER_HUB_HOST ? 'docker.io' : host;
  return { type: 'rate-limited', registry, waitSeconds: Number(seconds) };
};
