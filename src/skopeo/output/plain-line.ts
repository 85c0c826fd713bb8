import type { OutputEvent } from '../../tracking/events.ts';

type Rule = readonly [pattern: RegExp, event: (groups: readonly string[]) => OutputEvent];

/**
 * The lines that containers/image writes to any kind of stdout, skopeo 1.9 to 1.22. Blob and config lines are not here:
 * they differ between pipe and terminal.
 */
const RULES: readonly Rule[] = [
  [/^Getting image source signatures$/, () => ({ type: 'image-started' })],
  [/^Getting image list signatures$/, () => ({ type: 'list-started' })],
  [/^Checking if image (?:list )?destination supports signatures$/, () => ({ type: 'signatures-reading' })],
  [
    /^Copying (\d+) (?:of|images generated from) (\d+) images in list$/,
    ([images = '', listed = '']) => ({ type: 'list-counted', images: Number(images), listed: Number(listed) }),
  ],
  [
    /^(?:Copying|Replicating) image (sha256:[0-9a-f]{64}) \((\d+)\/(\d+)\)$/,
    ([digest = '', index = '', count = '']) => ({
      type: 'instance-started',
      digest,
      index: Number(index),
      count: Number(count),
    }),
  ],
  [/^Writing manifest to image destination$/, () => ({ type: 'manifest-writing', list: false })],
  [/^Writing manifest list to image destination$/, () => ({ type: 'manifest-writing', list: true })],
  [
    /^(?:Storing signatures|Storing list signatures|Creating signature(?: \d+)?: .*|Signing manifest using .*)$/,
    () => ({ type: 'signatures-storing' }),
  ],
  [/^Skipping: image already present at destination$/, () => ({ type: 'image-unchanged' })],
];

/** The event of a line that is not about a blob; undefined for an unknown line. */
export const parsePlainLine = (text: string): OutputEvent | undefined => {
  for (const [pattern, event] of RULES) {
    const match = pattern.exec(text);
    if (match) return event(match.slice(1));
  }
  return undefined;
};
