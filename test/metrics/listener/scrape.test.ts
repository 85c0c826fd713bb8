import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScraper, type RenderRequest, scrapeTimeoutSeconds } from '../../../src/metrics/listener/scrape.ts';

const TEXT: RenderRequest = { format: 'text' };

describe('createScraper', () => {
  it('shares one rendering between scrapes that overlap, and renders anew afterwards', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let calls = 0;
    const scrape = createScraper(
      () => (++calls === 1 ? promise : Promise.resolve('second')),
      10_000,
      () => {},
    );
    const both = [scrape(TEXT), scrape(TEXT)];
    resolve('first');
    assert.deepEqual(await Promise.all(both), ['first', 'first']);
    assert.equal(await scrape(TEXT), 'second');
    assert.equal(calls, 2);
  });

  it('does not share between formats', async () => {
    const scrape = createScraper(
      async ({ format }) => format,
      10_000,
      () => {},
    );
    const both = [scrape(TEXT), scrape({ ...TEXT, format: 'openmetrics' })];
    assert.deepEqual(await Promise.all(both), ['text', 'openmetrics']);
  });

  it('gives up before the scraper does', async () => {
    const scrape = createScraper(
      () => new Promise(() => {}),
      60_000,
      () => {},
    );
    await assert.rejects(scrape({ ...TEXT, scrapeTimeoutSeconds: 0.02 }), /not ready within 0\.018 s/);
  });

  it('gives up by itself when the scraper names no timeout', async () => {
    await assert.rejects(
      createScraper(
        () => new Promise(() => {}),
        10,
        () => {},
      )(TEXT),
      /not ready within 0\.01 s/,
    );
  });

  it('warns when failing begins, not at every scrape', async () => {
    const warnings: string[] = [];
    let broken = true;
    const render = (): Promise<string> => {
      if (broken) throw new Error('disk on fire');
      return Promise.resolve('ok');
    };
    const scrape = createScraper(render, 10_000, (message) => warnings.push(message));
    await assert.rejects(scrape(TEXT), /disk on fire/);
    await assert.rejects(scrape(TEXT), /disk on fire/);
    assert.deepEqual(warnings, ['a scrape failed: disk on fire']);
    broken = false;
    assert.equal(await scrape(TEXT), 'ok');
    broken = true;
    await assert.rejects(scrape(TEXT));
    assert.equal(warnings.length, 2);
  });
});

describe('scrapeTimeoutSeconds', () => {
  it('reads the header of Prometheus and ignores nonsense', () => {
    const read = (value?: string) => scrapeTimeoutSeconds({ 'x-prometheus-scrape-timeout-seconds': value });
    assert.equal(read('10.000000'), 10);
    assert.deepEqual([undefined, '', '-1', '0', 'NaN', 'Infinity', 'soon'].map(read), Array(7).fill(undefined));
  });
});
