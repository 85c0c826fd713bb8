import type { ErrorType } from './vocabulary.ts';

/** Told of what happens, when it happens; the metrics recorder and the display implement it. */
export interface SyncObserver {
  imageFinished?(outcome: 'copied' | 'unchanged' | 'skipped' | 'failed'): void;
  rateLimited?(registry: string): void;
  retrying?(errorType: ErrorType): void;
  /** A question to a registry begins. */
  questionAsked?(registry: string): void;
  questionClosed?(registry: string, isAnswered: boolean): void;
  /** Images not yet started. */
  queueChanged?(waiting: number): void;
  checked?(done: number, total: number): void;
  /** Sources that could not be listed at first and are listed again after everything else. */
  sourcesLeft?(count: number): void;
}
