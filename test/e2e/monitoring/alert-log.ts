import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const shown = z.array(z.object({ labels: z.record(z.string(), z.string()) }));

const POLL_MS = 250;

/** All that ever reached an alertmanager, resolved or not, held back or not. */
export class AlertLog implements AsyncDisposable {
  readonly #seen = new Set<string>();
  readonly #url: string;
  readonly #ended = new AbortController();
  readonly #polling: Promise<void>;

  constructor(alertmanagerUrl: string) {
    this.#url = alertmanagerUrl;
    this.#polling = this.#poll();
    this.#polling.catch(() => {}); // told at the end
  }

  /** `ALERTNAME INSTANCE`, sorted. */
  get seen(): string[] {
    return [...this.#seen].sort();
  }

  async #poll(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const response = await fetch(`${this.#url}/api/v2/alerts`);
      for (const { labels } of shown.parse(await response.json())) {
        this.#seen.add(`${labels.alertname} ${labels.instance}`);
      }
      await sleep(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#polling;
  }
}
