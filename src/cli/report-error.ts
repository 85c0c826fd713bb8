import type { Context, Env } from '../context.ts';
import { refusalJson } from '../display/result-json.ts';
import { asTooManyFiles } from '../errors/descriptors.ts';
import { messageOf } from '../errors/system-error.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { operationOf } from '../operation/request.ts';
import { printable } from '../text/printable.ts';

/** The exit status of oclif's own errors (a flag that its parser refuses, `this.exit`). */
const isOclifError = (error: unknown): error is Error & { oclif: { exit?: number }; code?: string } =>
  error instanceof Error && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null;

const toWrapperError = (error: unknown): WrapperError | undefined => {
  if (error instanceof WrapperError) return error;
  const tooMany = asTooManyFiles(error);
  if (tooMany !== undefined) return tooMany;
  if (!isOclifError(error)) return undefined;
  return new WrapperError(error.message, { errorType: 'usage', exitCode: EXIT.usage, cause: error });
};

/** Keeps line breaks, and removes everything else that a terminal would act on. */
const inLines = (text: string): string => text.split('\n').map(printable).join('\n');

const isDebugging = (env: Env): boolean => (env.SKOPEO_WRAPPER_DEBUG ?? '') !== '' || (env.DEBUG ?? '') !== '';

const describeBug = (error: unknown, env: Env): string => {
  const message = messageOf(error);
  const advice = isDebugging(env)
    ? `${error instanceof Error ? error.stack : ''}\n`
    : 'Set SKOPEO_WRAPPER_DEBUG=1 to see where.\n';
  return `skopeo-wrapper: internal error: ${inLines(message)}\nThis is a bug in skopeo-wrapper. ${advice}`;
};

/** The command that failed. */
interface FailedCommand {
  /** Print one JSON object on stdout, too. */
  readonly json: boolean;
  readonly subcommand?: string | undefined;
}

/**
 * Writes to stderr why a run failed and what to do next, and with `json` also one object to stdout. Returns the exit
 * status.
 */
export const reportError = (error: unknown, context: Context, { json, subcommand = '' }: FailedCommand): number => {
  const known = toWrapperError(error);
  const exitCode = known?.exitCode ?? EXIT.failure;
  const message = known?.message ?? messageOf(error);
  if (json) {
    const { errorType = 'crashed', next } = known ?? {};
    const refusal = refusalJson({ message, errorType, exitCode, next }, operationOf(subcommand));
    context.stdout.write(`${context.redactor.json(refusal)}\n`);
  }
  if (known === undefined) context.stderr.write(describeBug(error, context.env));
  else
    context.stderr.write(
      `skopeo-wrapper: ${inLines(message)}\n${known.next === undefined ? '' : `${inLines(known.next)}\n`}`,
    );
  return exitCode;
};
