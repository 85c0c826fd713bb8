import type { FailureClass } from '../src/skopeo/failure/classes/failure-class.ts';
import { FAILURE_CLASSES } from '../src/skopeo/failure/table.ts';

const RETRY: Readonly<Record<FailureClass['retryable'], string>> = {
  no: 'no: it would fail again',
  once: 'once',
  yes: 'yes',
  later: 'yes, after minutes or hours',
};

const section = ({ errorType, meaning, retryable, exitStatus, next }: FailureClass): string => `## ${errorType}

${meaning}

- Next step: ${next({ registry: 'REGISTRY' })}
- Worth a retry: ${RETRY[retryable]}
- Exit status: ${exitStatus}
`;

/** The text of `docs/errors.md`, from the failure table. */
export const errorsDocument = (): string => `# Errors

Every failed run ends in exactly one of these classes. Its name is the label \`error_type\` of the metrics and the field
\`error_type\` of results and reports. skopeo's own line stays on stderr; the wrapper adds the next step.

<!-- Generated from src/skopeo/failure/ by npx node scripts/write-errors-document.ts -->

${FAILURE_CLASSES.map(section).join('\n')}`;
