import type { CommandLine } from '../command-line/command-line.ts';
import type { Context } from '../context.ts';
import { defined } from '../defined.ts';
import { chooseDisplay } from '../display/choose-display.ts';
import { outcomeJson } from '../display/result-json.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import type { FailureCause } from '../metrics/run-history.ts';
import { subjectOfLine, type ToTask } from '../operation/request.ts';
import { type OperationOutcome, reportStartFailure, runOperation } from '../operation/run-operation.ts';
import { abortOnSignals, timeLimitOf } from '../operation/termination.ts';
import { openSession } from './open-session.ts';
import { withRun } from './with-run.ts';

const causeOf = ({ result, failure }: OperationOutcome): FailureCause | undefined =>
  result.outcome === 'success'
    ? undefined
    : {
        errorType: result.errorType ?? 'unknown',
        message: result.message ?? '',
        ...defined({ next: failure?.next }),
      };

/** Runs one subcommand of skopeo as a tracked operation: display, metrics, signals. Returns the exit status. */
export const runTracked = async (line: CommandLine, context: Context, toTask: ToTask): Promise<number> => {
  const { own, values } = line;
  const { env, cwd, clock, stdin, stdout, redactor } = context;
  const hasTerminal = stdin.isTTY === true || stdout.isTTY === true;
  using signals = abortOnSignals(context);
  const options = { line, context, timeLimit: timeLimitOf(line), signal: signals.signal };
  return await withRun(options, {
    prepare: (signal) => toTask(line, { env, cwd, hasTerminal, redactor, signal }),
    open: async (task, { skopeo, signal }) => {
      await using opening = new AsyncDisposableStack();
      const request = await task.request(skopeo);
      opening.defer(async () => request.cleanUp?.());
      const display = opening.use(
        await chooseDisplay(
          {
            ...own,
            command: line.subcommand ?? 'skopeo',
            quiet: values.quiet,
            debug: values.debug,
            copies: task.showsProgress,
          },
          context,
          signal,
        ),
      );
      const closing = opening.move();
      return { request, display, [Symbol.asyncDispose]: () => closing.disposeAsync() };
    },
    openMetrics: (_, skopeo, extent) => openSession(own, context, skopeo, extent),
    body: async (_, { request, display }, { observer }, { signal, skopeo: { terminals } }) => {
      const outcome = await runOperation(request, {
        clock,
        random: Math.random,
        terminals,
        observers: [observer],
        signal,
        onEvent: display.onEvent,
        onErrorLine: display.onErrorLine,
        onSkopeoDone: () => terminals.descriptors.release(),
      });
      const { exitCode, outcome: verdict } = outcome.result;
      return {
        verdict: { exitCode, success: verdict === 'success', ...defined({ cause: causeOf(outcome) }) },
        tell: (isRecorded) => {
          display.onEnd(outcome);
          if (own.json) stdout.write(`${redactor.json(outcomeJson(outcome))}\n`);
          return isRecorded || exitCode !== EXIT.success ? exitCode : EXIT.ioError;
        },
      };
    },
    onStartFailure: (_, failure, observer) =>
      void reportStartFailure(subjectOfLine(line), failure, { clock, observers: [observer] }),
  });
};
