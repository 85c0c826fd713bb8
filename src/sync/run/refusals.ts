import { dirname } from 'node:path';
import { defined } from '../../defined.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { localPathOf, parseDockerReference, registryOf, repositoryKey } from '../../image/docker-reference.ts';
import { failureSubject } from '../../skopeo/failure/facts.ts';
import { DESTINATION_STEPS, registryAnswer } from '../../skopeo/failure/registry-answer.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import type { Mapped } from '../map/collisions.ts';
import type { ImageFailure } from '../plan.ts';

/** Refusals that the next image gets, too: they are about the user, or the room, and not about the image. */
const REFUSALS: ReadonlySet<ErrorType> = new Set([
  'unauthorized',
  'denied',
  'disk_full',
  'quota_exceeded',
  'permission',
] satisfies ErrorType[]);

/** A registry in read-only mode says that it does not support writing. */
const isReadOnly = ({ errorType, message }: ImageFailure): boolean => {
  const step = registryAnswer(message)?.step;
  return errorType === 'unsupported' && step !== undefined && DESTINATION_STEPS.includes(step);
};

/** So many in a row of one kind are believed. */
const ENOUGH = 3;

interface Refused {
  readonly errorType: ErrorType;
  readonly times: number;
  readonly message: string;
  readonly next: string | undefined;
}

/** Does not ask again: the place has refused everything so far. */
export class RefusedAlready extends WrapperError {
  constructor({ errorType, message, next }: Refused) {
    super(`not tried after ${ENOUGH} refusals: ${message}`, {
      errorType,
      exitCode: EXIT.failure,
      ...defined({ next }),
    });
  }
}

type CopySide = 'source' | 'destination';
const SIDES: readonly CopySide[] = ['source', 'destination'];

/** What refuses as one: a repository that is read, a registry that is written to, a directory in which images are made. */
const placeOf = ({ source, destination }: Mapped, side: CopySide): string => {
  if (side === 'destination') return registryOf(destination) ?? dirname(localPathOf(destination) ?? destination);
  return registryOf(source) === undefined ? source : repositoryKey(parseDockerReference(source));
};

/**
 * Which sources and destinations of a run have refused all that was asked of them, so that no pull of an allowance is spent,
 * and nobody waits, for what will be refused as well.
 */
export class Refusals {
  readonly #refused = new Map<string, Refused>();
  /** What has worked once is asked on: it refuses single images. */
  readonly #workedOnce = new Set<string>();

  accepted(image: Mapped): void {
    for (const side of SIDES) this.#workedOnce.add(`${side} ${placeOf(image, side)}`);
  }

  /** An image failed for good. */
  refused(image: Mapped, failure: ImageFailure): void {
    const { errorType, message, next } = failure;
    const { side } = failureSubject(message, image);
    if (side === undefined) return;
    const key = `${side} ${placeOf(image, side)}`;
    const before = this.#refused.get(key);
    if (!REFUSALS.has(errorType) && !isReadOnly(failure)) this.#refused.delete(key);
    else
      this.#refused.set(key, {
        errorType,
        message,
        next,
        times: before?.errorType === errorType ? before.times + 1 : 1,
      });
  }

  /** Why an image need not be tried. */
  refusal(image: Mapped): RefusedAlready | undefined {
    for (const side of SIDES) {
      const place = placeOf(image, side);
      const refused = this.#refused.get(`${side} ${place}`);
      if (refused !== undefined && refused.times >= ENOUGH && !this.#workedOnce.has(`${side} ${place}`))
        return new RefusedAlready(refused);
    }
    return undefined;
  }
}
