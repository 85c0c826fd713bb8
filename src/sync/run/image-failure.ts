import { errorCode } from '../../errors/system-error.ts';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { registryOf } from '../../image/docker-reference.ts';
import { registryKey } from '../../image/registry-key.ts';
import { describeTermination, terminationOf } from '../../operation/termination.ts';
import { isNoAnswer } from '../../registry/outages.ts';
import { failureClass } from '../../skopeo/failure/classify.ts';
import { failureSubject } from '../../skopeo/failure/facts.ts';
import type { OperationResult } from '../../tracking/events.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import type { Mapped } from '../map/collisions.ts';
import type { ImageFailure, WantedImage } from '../plan.ts';

/** The failure that a result of skopeo describes. */
export const failureOfResult = (
  { source, destination, entry: { settingsAre = 'flags' } }: WantedImage,
  result: OperationResult,
): ImageFailure => {
  const { errorType = 'unknown', message = 'no reason was given' } = result;
  const subject = { ...failureSubject(message, { source, destination }), sync: settingsAre };
  return { errorType, message, next: failureClass(errorType).next(subject) };
};

const FILE_ERRORS: Readonly<Record<string, ErrorType>> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  ENOENT: 'permission', // errors of mkdir where nothing can be created, as on a read-only file system
  ENOTDIR: 'destination_conflict',
  EEXIST: 'destination_conflict',
  EISDIR: 'destination_conflict',
  ENOTEMPTY: 'destination_conflict',
  EBUSY: 'destination_conflict',
  ELOOP: 'destination_conflict',
};

/** The failure if a local path cannot be used for an image; absent if the error does not come from a file system. */
const failureOfFiles = (error: unknown): ImageFailure | undefined => {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const errorType = FILE_ERRORS[errorCode(error)] ?? 'unknown';
  const path = 'path' in error && typeof error.path === 'string' ? { path: error.path } : {};
  const next =
    errorType === 'destination_conflict'
      ? 'Remove what is in the way, or choose another destination.'
      : failureClass(errorType).next(path);
  return { errorType, message: error.message, next };
};

/**
 * The failure that one of our errors or an error of a file system describes; anything else is a bug and is thrown
 * again.
 */
export const failureOfError = (error: unknown, signal: AbortSignal): ImageFailure => {
  if (error instanceof WrapperError) {
    const { errorType, message, next = failureClass(errorType).next({}) } = error;
    return { errorType, message, next };
  }
  const termination = terminationOf(signal);
  if (termination) {
    const { errorType, message } = describeTermination(termination);
    return { errorType, message, next: 'Run it again.' };
  }
  const failure = failureOfFiles(error);
  if (failure !== undefined) return failure;
  throw error;
};

/** The failure of an image that is not started because only the reserved pulls are left. */
export const noPullsLeft = ({ source }: Mapped): ImageFailure => ({
  errorType: 'rate_limited',
  message: `the pulls left at ${registryOf(source) ?? 'the registry'} are reserved`,
  next: 'Run it again when the allowance is renewed, log in for a larger one, or lower "pull-reserve".',
});

/** The registry that a failure is about, as far as the message says; otherwise the registry of the source. */
export const registryOfFailure = ({ source, destination }: Mapped, { message }: ImageFailure): string | undefined => {
  const { side, registry } = failureSubject(message, { source, destination });
  return registry === undefined ? registryOf(side === 'destination' ? destination : source) : registryKey(registry);
};

/** The registry that did not answer, if the message names it clearly. */
export const registryWithoutAnswer = (image: Mapped, failure: ImageFailure): string | undefined => {
  const isClear = failureSubject(failure.message, image).side !== undefined;
  return isClear && isNoAnswer(failure.errorType) ? registryOfFailure(image, failure) : undefined;
};
