import { type CommandLine, type SkopeoArgument, skopeoArgv } from '../command-line/command-line.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import { parseReference } from '../image/parse.ts';
import { saysAbsent } from '../skopeo/failure/absence.ts';
import type { Failure } from '../skopeo/failure/classify.ts';
import type { RequestContext } from './copy-request.ts';
import { plainRequest } from './plain-request.ts';
import type { Interpretation, OperationRequest } from './run-operation.ts';

/** The same arguments for `inspect`, which alone knows the question. */
const asInspect = ({ skopeoArguments }: CommandLine): readonly SkopeoArgument[] => {
  const subcommand = skopeoArguments.findIndex(({ type }) => type === 'operand');
  return skopeoArguments.with(subcommand, { type: 'operand', written: ['inspect'] });
};

/** Statuses of the wrapper's own keep their meaning; skopeo's 2 also stands for other things and becomes 1. */
const openStatus = ({ exitCode }: Failure): number => (exitCode === EXIT.notFound ? EXIT.failure : exitCode);

/** What `exists IMAGE` asks for: the manifest, and nothing else. A clear "no" is an answer, not a failure. */
export const existsRequest = (line: CommandLine, context: RequestContext): OperationRequest => {
  const { credentials, cwd } = context;
  const plain = plainRequest('captured')(line, context);
  const args = skopeoArgv({ skopeoArguments: asInspect(line) }, { ...credentials, add: ['--raw', ...credentials.add] });
  const reference = parseReference(line.operands[0] ?? '');
  const interpret = (failure: Failure): Interpretation =>
    saysAbsent(failure.message, reference, cwd)
      ? { answered: true, exitCode: EXIT.notFound }
      : { answered: false, exitCode: openStatus(failure) };
  return { ...plain, skopeo: { ...plain.skopeo, args }, interpret };
};
