import type { Fault, Rule } from '../../test/support/proxy.ts';

/** What goes wrong between skopeo and a registry, each as often as the others. */
const FAULTS: readonly Fault[] = [
  {},
  {},
  {},
  { answer: { status: 503 } },
  { answer: { status: 500 } },
  { answer: { status: 429, headers: { 'retry-after': '1' } } },
  { answer: { status: 401 } },
  { answer: { status: 404 } },
  { reset: true },
  { hangUp: true },
  { silent: true },
  { delayMs: 400 },
  { down: { cutAfterBytes: 20_000 } },
  { down: { resetAfterBytes: 30_000 } },
  { down: { stallAfterBytes: 10_000 } },
  { down: { corruptByteAt: 5_000 } },
  { down: { bytesPerSecond: 60_000 } },
  { up: { cutAfterBytes: 20_000 } },
  { up: { stallAfterBytes: 10_000 } },
];

const PATHS: readonly RegExp[] = [/manifests/, /blobs\/sha256/, /blobs\/uploads/, /tags/, /./];

const pick = <Item>(random: () => number, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

/** Rules of a proxy for the next moments: up to three faults, each for a few requests. */
export const randomFaults = (random: () => number): Rule[] =>
  Array.from({ length: Math.floor(random() * 4) }, () => ({
    match: { path: pick(random, PATHS) ?? /./, times: 1 + Math.floor(random() * 3), skip: Math.floor(random() * 4) },
    do: pick(random, FAULTS) ?? {},
  }));
