import {
  type Expectation,
  type Fault,
  failsWith,
  PATIENT_STALL,
  REQUESTS,
  STALL,
  STALLED,
  succeeds,
} from '../fault.ts';

/** Size of the layer that the faults strike. */
export const LAYER_BYTES = 400_000;

const TENTHS = Array.from({ length: 9 }, (_, index) => index + 1);

/** From 1.12 on skopeo resumes a broken download once, and only some cuts leave a rest that comes through. */
const CUT: Expectation = { ...failsWith('connection_lost'), maySucceed: true, withinSeconds: 10 };

const cutDownloads = TENTHS.map(
  (tenth): Fault => ({
    name: `blob cut at ${tenth}/10`,
    side: 'download',
    rules: [{ match: REQUESTS.readBlob, do: { down: { cutAfterBytes: (LAYER_BYTES / 10) * tenth } } }],
    expect: CUT,
  }),
);

const cutUploads = TENTHS.map(
  (tenth): Fault => ({
    name: `blob cut at ${tenth}/10`,
    side: 'upload',
    rules: [{ match: REQUESTS.sendBlob, do: { up: { cutAfterBytes: (LAYER_BYTES / 10) * tenth } } }],
    expect: failsWith('connection_lost'),
  }),
);

/** Bodies that break, change or crawl on their way. */
export const BODY_FAULTS: readonly Fault[] = [
  ...cutDownloads,
  ...cutUploads,
  {
    name: 'blob reset in the middle',
    side: 'download',
    rules: [{ match: REQUESTS.readBlob, do: { down: { resetAfterBytes: LAYER_BYTES / 2 } } }],
    expect: CUT,
  },
  {
    name: 'blob reset in the middle',
    side: 'upload',
    rules: [{ match: REQUESTS.sendBlob, do: { up: { resetAfterBytes: LAYER_BYTES / 2 } } }],
    expect: failsWith('connection_lost'),
  },
  {
    name: 'blob stops in the middle',
    side: 'download',
    rules: [{ match: REQUESTS.readBlob, do: { down: { stallAfterBytes: LAYER_BYTES / 2 } } }],
    flags: STALL,
    expect: STALLED,
  },
  {
    name: 'blob no longer read in the middle',
    side: 'upload',
    rules: [{ match: REQUESTS.sendBlob, do: { up: { stallAfterBytes: LAYER_BYTES / 2 } } }],
    flags: STALL,
    expect: STALLED,
  },
  {
    name: 'blob never read',
    side: 'upload',
    rules: [{ match: REQUESTS.sendBlob, do: { up: { stallAfterBytes: 0 } } }],
    flags: STALL,
    expect: STALLED,
  },
  {
    name: 'corrupt blob',
    side: 'download',
    rules: [{ match: REQUESTS.readBlob, do: { down: { corruptByteAt: 200 } } }],
    expect: failsWith('digest_mismatch'),
  },
  {
    name: 'corrupt blob',
    side: 'upload',
    rules: [{ match: REQUESTS.sendBlob, do: { up: { corruptByteAt: 200 } } }],
    expect: failsWith('digest_mismatch'),
  },
  {
    name: 'manifest cut',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { down: { cutAfterBytes: 100 } } }],
    expect: failsWith('connection_lost'),
  },
  {
    name: 'corrupt manifest',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { down: { corruptByteAt: 0 } } }],
    expect: failsWith('invalid_manifest'),
  },
  {
    name: 'corrupt manifest',
    side: 'upload',
    rules: [{ match: REQUESTS.writeManifest, do: { up: { corruptByteAt: 0 } } }],
    expect: failsWith('manifest_rejected'),
  },
  {
    name: 'slow drip is not a stall',
    side: 'download',
    link: { downBytesPerSecond: 60_000 },
    flags: PATIENT_STALL,
    expect: succeeds(15),
  },
  {
    name: 'slow drip',
    side: 'upload',
    link: { upBytesPerSecond: 60_000 },
    // The kernel takes a whole layer at once, and skopeo is silent for the 7 s in which it drains.
    flags: ['--stall-timeout', '30s'],
    expect: succeeds(20),
  },
];
