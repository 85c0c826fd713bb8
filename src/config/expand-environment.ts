import type { Env } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';

const REFERENCE = /\$(\$\{)|\$\{([A-Za-z_]\w*)(?::([-?])([^}]*))?\}|\$\{/g;

const resolve = (name: string, operator: string | undefined, operand: string, environment: Env): string => {
  if (operand.includes('${'))
    throw usageError(`a reference within \${${name}…}`, 'Write one reference behind the other.');
  const value = environment[name];
  if (value !== undefined && (value !== '' || operator === undefined)) return value;
  if (operator === '-') return operand;
  throw usageError(
    operand === '' ? `environment variable ${name} is not set` : `${name}: ${operand}`,
    `Set ${name}, or write \${${name}:-default}.`,
  );
};

/**
 * Expands `${VAR}`, `${VAR:-default}` (unset or empty) and `${VAR:?message}` as a shell does; `$${` stands for a
 * literal `${`. Values are not expanded again.
 * @throws WrapperError `usage` for a variable that is not set, or a reference that is not valid.
 */
export const expandEnvironment = (text: string, environment: Env): string =>
  text.replace(
    REFERENCE,
    (whole, escaped: string | undefined, name: string | undefined, operator: string | undefined, operand = '') => {
      if (escaped !== undefined) return escaped;
      if (name !== undefined) return resolve(name, operator, operand, environment);
      throw usageError(
        `a "${whole}" that is no reference`,
        `Write \${VAR}, \${VAR:-default}, \${VAR:?message} or $\${.`,
      );
    },
  );
