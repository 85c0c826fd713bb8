import { createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcryptjs';
import PQueue from 'p-queue';
import { type Answer, textAnswer } from '../answer.ts';

/** Users and the bcrypt hashes of their passwords. */
export type BasicAuthUsers = Readonly<Record<string, string>>;

/** The answer to a request without valid credentials (401); `undefined` for a valid request. */
export type CheckBasicAuth = (users: BasicAuthUsers, authorization: string | undefined) => Promise<Answer | undefined>;

/**
 * Number of results that are cached: bcrypt costs some 70 ms of CPU time on purpose, and a scraper comes every 15 s.
 */
const CACHE_SIZE = 100;

const parseCredentials = (authorization: string | undefined): { user: string; password: string } | undefined => {
  const [scheme, encoded] = authorization?.trim().split(/ +/) ?? [];
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return undefined;
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
};

/**
 * Checks HTTP basic authentication. An unknown user costs the same time as a wrong password. Hashes are computed one at
 * a time, so that guessing cannot take all of the CPU. Results are cached under a keyed digest, so that no password
 * stays in memory.
 */
export const createBasicAuth = (compareHash: typeof compare = compare): CheckBasicAuth => {
  const key = randomBytes(32);
  const verdicts = new Map<string, boolean>();
  const queue = new PQueue({ concurrency: 1 });

  const remember = (id: string, verdict: boolean): boolean => {
    const [oldest] = verdicts.keys();
    if (verdicts.size >= CACHE_SIZE && oldest !== undefined) verdicts.delete(oldest);
    verdicts.set(id, verdict);
    return verdict;
  };

  const isValid = async (users: BasicAuthUsers, user: string, password: string): Promise<boolean> => {
    const known = Object.hasOwn(users, user) ? users[user] : undefined;
    const hash = known ?? Object.values(users)[0] ?? '';
    const id = createHmac('sha256', key)
      .update(JSON.stringify([user, known ?? null, hash, password]))
      .digest('base64');
    return queue.add(async () => {
      const cached = verdicts.get(id);
      if (cached !== undefined) return cached;
      const equal = await compareHash(password, hash);
      return remember(id, equal && known !== undefined);
    });
  };

  return async (users, authorization) => {
    if (Object.keys(users).length === 0) return undefined;
    const credentials = parseCredentials(authorization);
    if (credentials !== undefined && (await isValid(users, credentials.user, credentials.password))) return undefined;
    return textAnswer(401, 'Authentication is needed.', {
      'WWW-Authenticate': 'Basic realm="skopeo-wrapper", charset="UTF-8"',
    });
  };
};
