/**
 * Writes docs/errors.md from the failure table: `node scripts/docs-errors.mjs` (Node 24). A test compares.
 */
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { FAILURE_CLASSES } from '../src/skopeo/failure/classify.ts';

export const DOCS_PAGE = new URL('../docs/errors.md', import.meta.url);

const RETRY_WORDS = {
  no: 'no',
  once: 'once',
  yes: 'yes',
  later: 'yes, after minutes or hours',
};

const step = ({ where, next }) => `- Where ${where}: ${next({ registry: 'REGISTRY' })}\n`;

const section = ({ errorType, meaning, retryable, because, exitStatus, next, special = [] }) => `## ${errorType}

${meaning}

- Next step: ${next({ registry: 'REGISTRY' })}
${special.map(step).join('')}- Worth a retry: ${RETRY_WORDS[retryable]}: ${because}
- Exit status: ${exitStatus}
`;

/** The page as it should be. */
export const errorsPage = () => `# Errors

Every failed run ends in exactly one of these classes. Its name is the label \`error_type\` of the metrics and the field
\`error_type\` of results and reports. skopeo's own line stays on stderr; the wrapper adds the next step.

<!-- Written by scripts/docs-errors.mjs from src/skopeo/failure/. -->

${FAILURE_CLASSES.map(section).join('\n')}`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeFile(DOCS_PAGE, errorsPage());
