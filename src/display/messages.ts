import { formatSeconds } from '../text/format.ts';
import { printable } from '../text/printable.ts';
import type { Renderer } from './renderer.ts';

interface MessageOptions {
  /** The command that the user called: `copy`, `login`. */
  readonly command: string;
  /** Prints one line for people. */
  readonly say: (line: string) => void;
  /** The user asked for skopeo's debug output; otherwise only the wrapper uses it. */
  readonly debug: boolean;
}

/** Messages that people must see with every display: skopeo's own lines, retries, and the next step after a failure. */
export const messages = ({ command, debug, ...options }: MessageOptions): Renderer => {
  const say = (line: string): void => options.say(printable(line));
  let skopeoGaveReason = false;
  return {
    onErrorLine: ({ text, events }) => {
      const [first] = events;
      if (first?.type === 'log' && first.level === 'debug' && !debug) return;
      if (first?.type === 'log' && first.level === 'fatal') skopeoGaveReason = true;
      say(text);
    },
    onEvent: (event) => {
      if (event.type === 'attempt-started') skopeoGaveReason = false;
      if (event.type === 'destination-awaited')
        say(`skopeo-wrapper: waiting for another run to finish with ${event.destination}`);
      if (event.type !== 'retrying') return;
      const why = `attempt ${event.attempt - 1} failed (${event.errorType})`;
      say(`skopeo-wrapper: ${why}, the next one starts in ${formatSeconds(event.delaySeconds)}`);
    },
    onEnd: ({ failure }) => {
      // As quiet as skopeo alone: nobody looks for a failure behind `| head`.
      if (!failure || failure.errorType === 'reader_gone') return;
      const reason = skopeoGaveReason ? '' : ` ${failure.message}.`;
      say(`skopeo-wrapper: ${command} failed (${failure.errorType}):${reason} ${failure.next}`);
    },
  };
};
