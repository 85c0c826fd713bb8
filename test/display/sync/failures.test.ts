import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failuresText } from '../../../src/display/sync/failures.ts';
import type { ImageReport } from '../../../src/sync/report.ts';
import { FAILED, image, report } from './reports.ts';

test('every failure is a line of a table, with words on one line and the next step', () => {
  const source = { source: 'quay.io/x', errorType: 'not_found' as const, message: 'name unknown' };
  assert.equal(
    failuresText(report([FAILED], { failures: [source] })),
    [
      'ERROR         IMAGE                   MESSAGE                  NEXT STEP',
      'not_found     quay.io/x               name unknown',
      'unauthorized  docker://s.example/b:1  authentication required  Log in.',
      '',
    ].join('\n'),
  );
  assert.equal(failuresText(report([])), '');
});

test('of an image with several destinations the one that failed is named', () => {
  const other = { ...image('b', 'copied'), destination: 'docker://n.example/b:1' };
  assert.match(failuresText(report([FAILED, other])), / docker:\/\/s\.example\/b:1 -> docker:\/\/m\.example\/b:1 /);
});

const refused = (name: string, attempts = 1): ImageReport => {
  const message = `writing manifest: uploading manifest 1 to m.example/${name}: denied: not for you`;
  return image(name, 'failed', {
    errorType: 'denied',
    message: attempts === 0 ? `not tried after 3 refusals: ${message}` : message,
    next: 'Ask for the permission on m.example.',
    attempts,
  });
};

test('sixty images refused for one reason are one line with their number', () => {
  const images = Array.from({ length: 60 }, (_, at) => refused(`i${at}`, at < 3 ? 1 : 0));
  const lines = failuresText(report([...images, FAILED]))
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? '', /^denied +docker:\/\/s\.example\/i0:1 and 59 others +writing manifest: .* Ask for /);
});

test('different reasons stay apart', () => {
  const other = {
    ...refused('b'),
    message: 'writing manifest: uploading manifest 1 to m.example/b: denied: by policy',
  };
  assert.equal(
    failuresText(report([refused('a'), other]))
      .trimEnd()
      .split('\n').length,
    3,
  );
});

test('what is wider than the terminal is one block a cause', () => {
  const text = failuresText(report([refused('a'), FAILED]), 80);
  assert.equal(
    text,
    [
      'denied: docker://s.example/a:1',
      '  writing manifest: uploading manifest 1 to m.example/a: denied: not for you',
      '  Ask for the permission on m.example.',
      '',
      'unauthorized: docker://s.example/b:1',
      '  authentication required',
      '  Log in.',
      '',
    ].join('\n'),
  );
});
