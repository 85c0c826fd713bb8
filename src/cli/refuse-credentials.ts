import { usageError } from '../errors/wrapper-error.ts';
import { redactReference } from '../image/reference.ts';

const USER_AND_PASSWORD = /^[^/@\s]*:\/{0,2}[^/@\s]*:[^/@\s]*@|^[^/@\s]+:[^/@\s]*@/;

/**
 * Refuses references that hold a user name and a password (`docker://user:password@host/…`). skopeo does not take them
 * either, but would have them in its arguments and repeat them in its message.
 */
export const refuseCredentialsInReferences = (operands: readonly string[]): void => {
  for (const operand of operands) {
    const open = redactReference(operand);
    if (open === operand || !USER_AND_PASSWORD.test(operand)) continue;
    throw usageError(
      `a reference must not hold credentials: ${open}`,
      'Give them with --creds-file, --src-creds-file or --dest-creds-file, or log in: skopeo-wrapper login REGISTRY.',
    );
  }
};
