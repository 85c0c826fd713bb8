import type { OciLayout } from '../../test/support/images.ts';
import type { RecordedChunk, RecordedRun } from '../../test/support/recorded-run.ts';
import { capture } from './capture.ts';
import { type Case, MODES } from './scene.ts';
import { type Stage, setStage } from './stage.ts';
import { witness } from './truth.ts';

/** Replaces what differs from machine to machine and run to run by names of its own. */
const anonymizer = (stage: Stage): ((text: string) => string) => {
  const names: readonly [string, string][] = [
    [stage.source.proxy.host, 'source.test:5000'],
    [stage.destination.proxy.host, 'destination.test:5000'],
    [stage.layout.path, '/images/layout'],
    [stage.dir.path, '/images/work'],
  ];
  return (text) => names.reduce((result, [from, to]) => result.replaceAll(from, to), text);
};

/** Every write of a log line is one chunk, so that names in it are never cut. */
const anonymousChunk = (chunk: RecordedChunk, anonymous: (text: string) => string): RecordedChunk =>
  chunk.text === undefined || chunk.stream === 'stdout' ? chunk : { ...chunk, text: anonymous(chunk.text) };

export interface RecordOptions {
  readonly skopeo: string;
  readonly version: string;
  readonly layout: OciLayout;
  readonly name: string;
  readonly case: Case;
  readonly mode: string;
}

/** Records one case in one mode. Throws when the run ends otherwise than the case says. */
export const record = async (options: RecordOptions): Promise<RecordedRun> => {
  await using stage = await setStage(options.skopeo, options.layout);
  const winsize = MODES[options.mode];
  const scene = await options.case.prepare(stage);
  const watching = await witness(stage, scene);
  const { exitCode, signal, durationMs, chunks } = await capture(options.skopeo, scene.argv, {
    env: stage.env,
    ...(winsize && { winsize }),
    ...(scene.during && { during: scene.during }),
  });
  const truth = await watching.finish(exitCode);
  const anonymous = anonymizer(stage);
  if ((truth.outcome === 'error') !== (scene.errorType !== undefined)) {
    const output = chunks.map(({ text }) => text).join('');
    throw new Error(`${options.name} in ${options.mode} with ${options.version}: ${truth.outcome}\n${output}`);
  }
  return {
    skopeo: options.version,
    case: options.name,
    mode: options.mode,
    argv: scene.argv.map(anonymous),
    ...(winsize && { winsize }),
    exitCode,
    signal,
    durationMs,
    chunks: chunks.map((chunk) => anonymousChunk(chunk, anonymous)),
    truth: JSON.parse(anonymous(JSON.stringify(truth))),
  };
};
