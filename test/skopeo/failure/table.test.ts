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

  it('is what the documentation says', () => {
    assert.equal(readFileSync(DOCS_PAGE, 'utf8'), errorsPage(), 'run npx node scripts/docs-errors.mjs');
  });
});
