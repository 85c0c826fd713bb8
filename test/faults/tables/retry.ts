import {
  type Expectation,
  type Fault,
  PATIENT_STALL,
  plainError,
  REQUESTS,
  readFirstLayer,
  registryError,
  succeeds,
} from '../fault.ts';

const RETRY = ['--retry-times', '2', '--retry-delay', '200ms'] as const;
const SECOND_TIME: Expectation = { ...succeeds(15), attempts: 2 };

/** Faults that strike once: the second attempt succeeds, and what the first one stored is reused. */
export const RETRY_FAULTS: readonly Fault[] = [
  {
    name: 'blob answered 503 once',
    side: 'download',
    rules: (image) => [{ match: { ...readFirstLayer(image), times: 1 }, do: { answer: plainError(503) } }],
    flags: RETRY,
    expect: SECOND_TIME,
  },
  {
    name: 'blob hung up once',
    side: 'download',
    rules: (image) => [{ match: { ...readFirstLayer(image), times: 1 }, do: { hangUp: true } }],
    flags: RETRY,
    expect: SECOND_TIME,
  },
  {
    name: 'blob never answered once',
    side: 'download',
    rules: (image) => [{ match: { ...readFirstLayer(image), times: 1 }, do: { silent: true } }],
    flags: [...RETRY, ...PATIENT_STALL],
    expect: SECOND_TIME,
  },
  {
    name: 'corrupt blob once',
    side: 'download',
    rules: (image) => [{ match: { ...readFirstLayer(image), times: 1 }, do: { down: { corruptByteAt: 50 } } }],
    flags: RETRY,
    expect: SECOND_TIME,
  },
  {
    name: 'blob stops in the middle once',
    side: 'download',
    rules: (image) => [{ match: { ...readFirstLayer(image), times: 1 }, do: { down: { stallAfterBytes: 20_000 } } }],
    flags: [...RETRY, ...PATIENT_STALL],
    expect: SECOND_TIME,
  },
  {
    name: 'upload hung up once',
    side: 'upload',
    rules: [{ match: { ...REQUESTS.startUpload, times: 1 }, do: { hangUp: true } }],
    flags: RETRY,
    expect: SECOND_TIME,
  },
  {
    name: 'manifest upload answered 502 once',
    side: 'upload',
    rules: [{ match: { ...REQUESTS.writeManifest, times: 1 }, do: { answer: plainError(502) } }],
    flags: RETRY,
    expect: SECOND_TIME,
  },
  {
    name: 'blob never read once',
    side: 'upload',
    rules: [{ match: { ...REQUESTS.sendBlob, times: 1 }, do: { up: { stallAfterBytes: 0 } } }],
    flags: [...RETRY, ...PATIENT_STALL],
    expect: SECOND_TIME,
  },
  {
    name: 'denied is not worth a retry',
    side: 'upload',
    rules: [{ match: REQUESTS.startUpload, do: { answer: registryError(403, 'DENIED') } }],
    flags: RETRY,
    expect: { errorTypes: ['denied'], attempts: 1, withinSeconds: 5 },
  },
  {
    name: 'all attempts in vain',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { answer: plainError(503) } }],
    flags: RETRY,
    expect: { errorTypes: ['server_error'], attempts: 3, withinSeconds: 10 },
  },
];
