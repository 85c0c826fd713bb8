import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDiagnosis } from '../../src/display/doctor.ts';
import { findingsOf } from '../../src/doctor/finding.ts';

test('every finding is a line, with what to do below it, and a summary', () => {
  const { ok, warning, error } = findingsOf('registry', 'r.example');
  const findings = [ok('r.example answers'), warning('odd'), error('gone\n\u001b[2J', 'Call\nsomebody.')];
  assert.equal(
    renderDiagnosis({ findings, exitCode: 1 }),
    [
      'ok       r.example answers',
      'warning  odd',
      'error    gone ',
      '         Call somebody.',
      '',
      '1 error, 1 warning',
      '',
    ].join('\n'),
  );
});
