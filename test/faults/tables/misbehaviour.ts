import type { FakeStep } from '../../support/fake-skopeo.ts';
import { type Expectation, type Fault, PATIENT_STALL, STALL, STALLED, succeeds } from '../fault.ts';

const FATAL = 'time="2026-01-01T00:00:00Z" level=fatal msg="writing blob: write /x: no space left on device"\n';
const LINES = 'Getting image source signatures\nCopying blob sha256:';

const row = (name: string, steps: readonly FakeStep[], expect: Expectation, flags: readonly string[] = []): Fault => ({
  name: `skopeo ${name}`,
  side: 'download',
  fake: { calls: [steps] },
  flags,
  expect,
});

const fails = (errorType: 'killed' | 'crashed' | 'unknown' | 'disk_full', exitCode: number): Expectation => ({
  errorTypes: [errorType],
  exitCodes: [exitCode],
  withinSeconds: 10,
});

/** A skopeo that misbehaves; a fake does what the real one cannot be made to do on demand. */
export const MISBEHAVIOUR_FAULTS: readonly Fault[] = [
  row('is killed as by the kernel out of memory', [{ die: 'SIGKILL' }], fails('killed', 137)),
  row(
    'is killed in the middle of its rows',
    [{ write: 'stdout', text: LINES }, { die: 'SIGKILL' }],
    fails('killed', 137),
  ),
  row('crashes by SIGSEGV', [{ die: 'SIGSEGV' }], fails('killed', 139)),
  row(
    'crashes by a panic of Go',
    [{ write: 'stderr', text: 'panic: oh\n\ngoroutine 1:\n' }, { exit: 2 }],
    fails('crashed', 2),
  ),
  row('fails without a word', [{ exit: 1 }], fails('unknown', 1)),
  row('prints nothing and never ends', [{ hang: true }], STALLED, STALL),
  row('never ends after SIGTERM', [{ ignore: ['SIGTERM'] }, { hang: true }], { ...STALLED, withinSeconds: 15 }, STALL),
  row(
    'prints garbage and fails',
    [{ garbage: 'stdout', bytes: 100_000 }, { garbage: 'stderr', bytes: 100_000 }, { exit: 1 }],
    fails('unknown', 1),
  ),
  row(
    'prints 20 MB of lines and fails',
    [{ write: 'stdout', text: `${'x'.repeat(99)}\n`, repeat: 200_000 }, { exit: 1 }],
    {
      ...fails('unknown', 1),
      withinSeconds: 120,
    },
  ),
  row(
    'prints 100 MB without a line end and fails',
    [{ write: 'stderr', text: 'x'.repeat(100), repeat: 1_000_000 }, { exit: 1 }],
    { ...fails('unknown', 1), withinSeconds: 120 },
  ),
  row(
    'prints half lines and fails',
    [
      { write: 'stdout', text: LINES },
      { waitMs: 300 },
      { write: 'stdout', text: 'abc' },
      { write: 'stderr', text: FATAL.slice(0, 50) },
      { waitMs: 300 },
      { write: 'stderr', text: FATAL.slice(50).trimEnd() },
      { exit: 1 },
    ],
    fails('disk_full', 1),
  ),
  row(
    'prints invalid UTF-8 and fails',
    [
      { write: 'stdout', base64: '/v//gMDB9f8K' },
      { write: 'stderr', base64: '/v//gMDB9f8K' },
      { write: 'stderr', text: FATAL },
      { exit: 1 },
    ],
    fails('disk_full', 1),
  ),
  row(
    'prints a whole success and fails',
    [{ replay: { version: '1.22.0', case: 'copy-registry-registry' }, goOn: true }, { exit: 1 }],
    fails('unknown', 1),
  ),
  row(
    'closes its output and goes on',
    [{ close: 'stdout' }, { close: 'stderr' }, { waitMs: 500 }, { exit: 0 }],
    succeeds(),
  ),
  row(
    'moves bytes in silence, which is no stall',
    [{ moveBytes: 12_000_000, bytesPerSecond: 1_500_000 }, { exit: 0 }],
    succeeds(15),
    PATIENT_STALL,
  ),
  row('is killed and leaves a child that holds its stderr', [{ startChild: true }, { die: 'SIGKILL' }], {
    ...fails('killed', 137),
    orphans: true,
  }),
  row('leaves a child behind when it hangs', [{ startChild: true }, { hang: true }], STALLED, STALL),
];
