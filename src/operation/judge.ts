import { EXIT } from '../errors/wrapper-error.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';
import type { AttemptEnd } from './run-attempt.ts';
import { describeTermination, signalExitCode } from './termination.ts';
