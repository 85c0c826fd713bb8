import { closeSync, fstatSync, type Stats } from 'node:fs';

/** Device 1:3, as `makedev` packs it. */
const NULL_DEVICE = 0x103;

export const isNullDevice = (stats: Stats): boolean => stats.isCharacterDevice() && stats.rdev === NULL_DEVICE;

/**
 * The descriptors above 2 that children get: those that this process was given, under the same numbers, and none of our
 * own.
 */
export class Descriptors {
  /** Descriptors that could not be opened with close-on-exec. */
  readonly #hidden = new Set<number>();
  #inherited: readonly number[];

  /** @param inherited the descriptors that this process was given, which are passed on. */
  constructor(inherited: readonly number[] = []) {
    this.#inherited = inherited;
  }

  /** Hides one of our descriptors from children until it is closed. */
  hide(fd: number): void {
    this.#hidden.add(fd);
  }

  closed(fd: number): void {
    this.#hidden.delete(fd);
  }

  /** The `stdio` of a child from descriptor 3 on; `nullFd` replaces every hidden descriptor. */
  stdio(nullFd: number): ('ignore' | number)[] {
    const given = new Set(this.#inherited);
    const highest = Math.max(2, ...given, ...this.#hidden);
    return Array.from({ length: highest - 2 }, (_, index) => {
      const fd = index + 3;
      if (this.#hidden.has(fd)) return nullFd;
      return given.has(fd) ? fd : 'ignore';
    });
  }

  /**
   * Closes our copies of what children were given, when no further child will be started. A reader at the other end of
   * a pipe waits for its last writer. The null device stays open, since Node keeps one in reserve.
   */
  release(): void {
    for (const fd of this.#inherited) {
      try {
        if (!isNullDevice(fstatSync(fd))) closeSync(fd);
      } catch {
        // It has been closed already.
      }
    }
    this.#inherited = [];
  }
}
