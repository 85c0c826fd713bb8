import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Host } from '../../host/host.ts';
import { isSameBoot, processIdentitySchema } from '../../host/identity.ts';

const lockOwnerSchema = z.object({
  /** Tells two acquisitions by one process apart. */
  token: z.string(),
  identity: processIdentitySchema,
  acquiredWallMs: z.number(),
  acquiredMonotonicMs: z.number(),
});

/** Who holds a lock, and since when. */
export type LockOwner = Readonly<z.infer<typeof lockOwnerSchema>>;

/** A lock held longer than this belongs to a stopped process and may be taken over. */
export const LOCK_MAX_AGE_MS = 60_000;

/** This process as the owner of a lock taken now. */
export const describeOwner = ({ clock, identity }: Host): LockOwner => ({
  token: randomUUID(),
  identity,
  acquiredWallMs: clock.wallMs(),
  acquiredMonotonicMs: clock.monotonicMs(),
});

/** The owner that a lock file names; absent if somebody else's hand wrote the file. */
export const parseOwner = (text: string): LockOwner | undefined => {
  try {
    return lockOwnerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Whether a lock's owner is gone for sure, or holds it so long that it must be stopped. */
export const isAbandoned = (owner: LockOwner, { clock, identity: here, processes }: Host): boolean => {
  const { bootId, host, pidNamespace, pid, startTicks } = owner.identity;
  const sameBoot = isSameBoot(bootId, here.bootId);
  const ageMs = sameBoot ? clock.monotonicMs() - owner.acquiredMonotonicMs : clock.wallMs() - owner.acquiredWallMs;
  if (ageMs > LOCK_MAX_AGE_MS) return true;
  if (host !== here.host) return false;
  if (!sameBoot) return true;
  return pidNamespace === here.pidNamespace && !processes.isRunning(pid, startTicks);
};
