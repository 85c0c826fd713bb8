/** Digits that skopeo shows at least: those in the row of a config. */
const DIGITS = 10;

/** Values by digest, found by as many of its hex digits as skopeo shows, without a look at all the others. */
export class DigestIndex<Value> {
  readonly #byPrefix = new Map<string, Value[]>();

  add(hex: string, value: Value): void {
    const values = this.#byPrefix.get(hex.slice(0, DIGITS));
    if (values) values.push(value);
    else this.#byPrefix.set(hex.slice(0, DIGITS), [value]);
  }

  /** Values whose digests agree in their first digits, in the order they came; some may differ further on. */
  near(hex: string): readonly Value[] {
    return this.#byPrefix.get(hex.slice(0, DIGITS)) ?? [];
  }
}
