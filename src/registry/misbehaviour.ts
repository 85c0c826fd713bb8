import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { failureClass } from '../skopeo/failure/classify.ts';

/** A registry answers in a way that would never end, or that would lead elsewhere: skopeo is not asked to follow. */
export class RegistryMisbehaviourError extends WrapperError {
  /** `what` it does, said of the registry. */
  constructor(registry: string, what: string) {
    super(`${registry} ${what}`, {
      errorType: 'server_error',
      exitCode: EXIT.failure,
      next: failureClass('server_error').next({ registry, sync: 'file' }),
    });
  }
}
