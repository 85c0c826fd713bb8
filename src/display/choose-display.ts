import type { Context } from '../context.ts';
import { eventStream, openEvents } from './event-stream.ts';
import { messages } from './messages.ts';
import { plainProgress } from './plain.ts';
import { combine, type Renderer } from './renderer.ts';
import { skopeoLines } from './skopeo-lines.ts';

interface DisplayOptions {
  /** The command that the user called: `copy`, `login`. */
  readonly command: string;
  readonly progress: 'auto' | 'bar' | 'plain' | 'none';
  readonly json: boolean;
  /** A path, or `-` for stdout. */
  readonly events: string | undefined;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** The operation moves blobs, so it has progress to show and lines to print. */
  readonly copies: boolean;
}

/** Everything that shows an operation, chosen once by flags and streams. */
interface Display extends Required<Renderer>, AsyncDisposable {}

const isInteractive = ({ stderr, env }: Context): boolean =>
  stderr.isTTY === true && env.TERM !== 'dumb' && (env.CI ?? '') === '';

/** How progress is shown: as the flag says, or by the kind of stderr. */
export const progressKind = (
  { progress, quiet, copies }: Pick<DisplayOptions, 'progress' | 'quiet' | 'copies'>,
  context: Context,
): 'bar' | 'plain' | 'none' => {
  if (quiet || !copies) return 'none';
  if (progress !== 'auto') return progress;
  return isInteractive(context) ? 'bar' : 'plain';
};

/**
 * Chooses the renderers of one operation. Throws a usage error for an events file that cannot be used (then nothing was
 * touched), and the signal's reason when the signal aborts.
 */
export const chooseDisplay = async (
  options: DisplayOptions,
  context: Context,
  signal: AbortSignal,
): Promise<Display> => {
  const { stdout, stderr, clock, redactor } = context;
  const events = await openEvents(options.events, context, signal);
  const kind = progressKind(options, context);
  const barRenderer = kind === 'bar' ? (await import('./bars.ts')).bars(context) : undefined;
  const say = barRenderer?.say ?? ((line: string) => void stderr.write(`${line}\n`));
  const stdoutIsOurs = options.json || options.events === '-';
  const renderers: Renderer[] = [];
  if (events) renderers.push(eventStream({ ...options, write: events.write, clock, redactor }));
  if (options.copies && !options.quiet && !stdoutIsOurs && stdout.isTTY !== true) renderers.push(skopeoLines(stdout));
  if (barRenderer) renderers.push(barRenderer);
  if (kind === 'plain') renderers.push(plainProgress(stderr, clock));
  renderers.push(messages({ ...options, say }));
  return { ...combine(renderers), [Symbol.asyncDispose]: async () => events?.close() };
};
