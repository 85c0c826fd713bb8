import { dirname } from 'node:path';
import { errorCode } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';

interface Explanation {
  readonly what: string;
  readonly errorType: ErrorType;
  readonly next: string;
}

const explain = (code: string, directory: string): Explanation => {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        what: `the directory ${directory} does not exist`,
        errorType: 'usage',
        next: `Create ${directory}, or give another --metrics-textfile.`,
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        what: `no permission to write in ${directory}`,
        errorType: 'permission',
        next: `Make ${directory} writable for the user that runs skopeo-wrapper.`,
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        what: `no space left in ${directory}`,
        errorType: 'disk_full',
        next: `Free space in ${directory}; the next run writes the file anew.`,
      };
    default:
      return { what: code === '' ? 'unexpected error' : code, errorType: 'unknown', next: `Check ${directory}.` };
  }
};

/** A failed write of the textfile in words: exit status 74, for callers that do not only warn. */
export const textfileError = (path: string, cause: unknown): WrapperError => {
  if (cause instanceof WrapperError) return cause;
  const { what, errorType, next } = explain(errorCode(cause), dirname(path));
  return new WrapperError(`cannot write textfile ${path}: ${what}`, {
    errorType,
    exitCode: EXIT.ioError,
    next,
    cause,
  });
};
