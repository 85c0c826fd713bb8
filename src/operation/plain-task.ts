import {
  argvOf,
  operandArgument,
  type SkopeoArgument,
  switchArgument,
  withChanges,
} from '../command-line/skopeo-arguments.ts';
import { defined } from '../defined.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import { parseReference } from '../image/reference.ts';
import { loginsOf } from '../registry/credentials/logins.ts';
import { saysAbsent } from '../skopeo/failure/absence.ts';
import type { Failure } from '../skopeo/failure/classify.ts';
import type { StreamMode } from '../skopeo/process/start-skopeo.ts';
import { answerChanges, loginChanges, wantedPlatform } from './copy-request.ts';
import { handOverNamed } from './named-streams.ts';
import { patienceOf, programOf, type SkopeoTask, subjectOfLine, type ToTask } from './request.ts';

/** A skopeo process without progress: its result is text on stdout, or a dialogue with the user. */
export const plainTask =
  (streams: StreamMode): ToTask =>
  async (line, { env, cwd, redactor, signal }) => {
    const { logins, answer } = await loginsOf(line, { env, redactor, signal });
    const given = handOverNamed(line, cwd, line.own.json ? 'captured' : streams);
    const request: SkopeoTask['request'] = async (context) => {
      const changes = answer === undefined ? await loginChanges(logins, context) : answerChanges(answer);
      const { skopeoArguments, spec } = line;
      return {
        ...patienceOf(line, cwd),
        ...subjectOfLine(line),
        redactor,
        skopeo: {
          ...programOf(context),
          // The arguments of an unknown subcommand are passed on unchanged.
          args: argvOf(spec === undefined ? skopeoArguments : withChanges(skopeoArguments, changes)),
          streams: given,
          ...defined({ stdin: answer?.password }),
        },
        platform: wantedPlatform(skopeoArguments),
      };
    };
    return { showsProgress: false, request };
  };

/** The same arguments for `inspect --raw`; skopeo has no `exists`. */
const asInspect = (args: readonly SkopeoArgument[]): readonly SkopeoArgument[] => {
  const subcommand = args.findIndex(({ type }) => type === 'operand');
  return withChanges(args.with(subcommand, operandArgument('inspect')), { add: [switchArgument('raw')] });
};

/** The wrapper's own statuses are kept; skopeo's 2 also has other meanings and becomes 1. */
const openStatus = ({ exitCode }: Failure): number => (exitCode === EXIT.notFound ? EXIT.failure : exitCode);

/** The task of `exists IMAGE`: it reads the manifest and nothing else. A clear "no" is an answer, not a failure. */
export const existsTask: ToTask = async (line, taskContext) => {
  const inspect = await plainTask('captured')(
    { ...line, skopeoArguments: asInspect(line.skopeoArguments) },
    taskContext,
  );
  const reference = parseReference(line.operands[0] ?? '');
  return {
    ...inspect,
    request: async (context) => ({
      ...(await inspect.request(context)),
      interpret: (failure) =>
        saysAbsent(failure.message, reference, context.cwd)
          ? { answered: true, exitCode: EXIT.notFound }
          : { answered: false, exitCode: openStatus(failure) },
    }),
  };
};
