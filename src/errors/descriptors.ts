import { errorCode } from './system-error.ts';
import { EXIT, WrapperError } from './wrapper-error.ts';

const LIMITS: Readonly<Record<string, { readonly message: string; readonly next: string }>> = {
  EMFILE: {
    message: 'this process may not open more files (EMFILE)',
    next: 'Raise its limit (ulimit -n, LimitNOFILE= of a unit, --ulimit nofile= of a container): 64 are enough for a copy, 1024 for sync.',
  },
  ENFILE: {
    message: 'this system cannot open more files (ENFILE)',
    next: 'Look for the process that holds so many (lsof), or raise fs.file-max (sysctl).',
  },
};

/** The error that a code of the system stands for if it says that there are too many open files. */
export const tooManyFiles = (code: string): WrapperError | undefined => {
  const limit = LIMITS[code];
  return (
    limit && new WrapperError(limit.message, { errorType: 'permission', exitCode: EXIT.ioError, next: limit.next })
  );
};

/** The same for something that was thrown. */
export const asTooManyFiles = (thrown: unknown): WrapperError | undefined =>
  thrown instanceof WrapperError ? undefined : tooManyFiles(errorCode(thrown));
