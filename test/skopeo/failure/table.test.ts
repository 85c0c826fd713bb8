import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DOCS_PAGE, errorsPage } from '../../../scripts/docs-errors.mjs';
import { FAILURE_CLASSES } from '../../../src/skopeo/failure/table.ts';
import { ERROR_TYPES } from '../../../src/tracking/vocabulary.ts';

describe('the failure table', () => {
  it('has one row for every error type, in the order of the vocabulary', () => {
    assert.deepEqual(
      FAILURE_CLASSES.map(({ errorType }) => errorType),
      [...ERROR_TYPES],
    );
  });

  it('says a next step with and without knowing registry and path', () => {
    for (const { next, errorType } of FAILURE_CLASSES) {
      for (const subject of [{}, { registry: 'reg.example', path: '/srv/x', side: 'source' as const }]) {
        assert.match(next(subject), /^[A-Z].*[.:?)]$/, errorType);
        assert.doesNotMatch(next(subject), /undefined/, errorType);
      }
    }
  });

  it('names to sync no attempts that it has made, and to a file no flags that it refuses', () => {
    const refused = /--(?:retry-times|(?:src-|dest-)?(?:tls-verify|cert-dir)|all|format|override-\w+)/;
    for (const { next, errorType } of FAILURE_CLASSES) {
      const subject = { registry: 'reg.example', flagPrefix: 'src-' as const };
      assert.doesNotMatch(next({ ...subject, sync: 'file' }), refused, errorType);
      assert.match(next({ ...subject, sync: 'file' }), /^[A-Z].*[.:?)]$/, errorType);
      assert.doesNotMatch(next({ ...subject, sync: 'flags' }), /--retry-times/, errorType);
    }
  });

  it('is what the documentation says', () => {
    assert.equal(readFileSync(DOCS_PAGE, 'utf8'), errorsPage(), 'run npx node scripts/docs-errors.mjs');
  });
});
