import type { Clock } from '../../context.ts';
import { defined } from '../../defined.ts';
import type { SyncObserver } from '../../tracking/observer.ts';
import type { ImageFailure, PlannedImage } from '../plan.ts';
import type { ImageReport } from '../report.ts';

/** The attempts, bytes and time of an image so far. */
interface Effort {
  attempts: number;
  bytes: number;
  readonly startedMs: number;
}

/** How an image ended. */
type ImageEnd = Pick<ImageReport, 'outcome' | 'reason' | 'digest' | 'missingPlatforms'> & Partial<ImageFailure>;

/** Records the attempts, bytes and time of the images of a run, and their results. */
export class ImageRecords {
  readonly #clock: Clock;
  readonly #observer: SyncObserver | undefined;
  readonly #efforts = new Map<PlannedImage, Effort>();
  readonly #reports = new Map<PlannedImage, ImageReport>();

  constructor(clock: Clock, observer: SyncObserver | undefined) {
    this.#clock = clock;
    this.#observer = observer;
  }

  get reports(): ReadonlyMap<PlannedImage, ImageReport> {
    return this.#reports;
  }

  /** The attempts, bytes and time of an image; all 0 before its first attempt. */
  effortFor(image: PlannedImage): Effort {
    const effort = this.#efforts.get(image) ?? { attempts: 0, bytes: 0, startedMs: this.#clock.monotonicMs() };
    this.#efforts.set(image, effort);
    return effort;
  }

  close(image: PlannedImage, end: ImageEnd): void {
    const { source, destination } = image;
    const { attempts = 0, bytes = 0, startedMs } = this.#efforts.get(image) ?? {};
    const seconds = startedMs === undefined ? 0 : (this.#clock.monotonicMs() - startedMs) / 1000;
    this.#reports.set(image, { source, destination, ...end, bytes, seconds, attempts });
    this.#observer?.imageFinished?.(end.outcome);
  }
}

/** The report of an image that needs no copy. */
export const unchangedReport = ({
  source,
  destination,
  destinationDigest,
  reason,
  missingPlatforms,
}: PlannedImage): ImageReport => ({
  source,
  destination,
  ...defined({ digest: destinationDigest, missingPlatforms }),
  outcome: 'unchanged',
  reason,
  bytes: 0,
  seconds: 0,
  attempts: 0,
});
