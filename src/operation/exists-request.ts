import { type CommandLine, type SkopeoArgument, skopeoArgv } from '../cli/command-line.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import { saysAbsent } from '../skopeo/failure/absence.ts';
import type { Failure } from '../skopeo/failure/classify.ts';
import { parseReference } from '../skopeo/reference/parse.ts';
import { redactReference, shortName } from '../skopeo/reference/show.ts';
import { commonRequest, type RequestContext, wantedPlatform } from './copy-request.ts';
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
  const [image = ''] = line.operands;
  const { binary, env, cwd, credentials } = context;
  const reference = parseReference(image);
  const interpret = (failure: Failure): Interpretation =>
    saysAbsent(failure.message, reference, cwd)
      ? { answered: true, exitCode: EXIT.notFound }
      : { answered: false, exitCode: openStatus(failure) };
  return {
    ...commonRequest(line, context),
    identity: { operation: 'image_exists', sourceTransport: reference.transport },
    source: redactReference(image),
    destination: '',
    sourceShort: shortName(reference),
    destinationShort: '',
    skopeo: {
      binary,
      args: skopeoArgv({ skopeoArguments: asInspect(line) }, { ...credentials, add: ['--raw', ...credentials.add] }),
      env,
      cwd,
      streams: 'captured',
    },
    platform: wantedPlatform(line),
    interpret,
  };
};
