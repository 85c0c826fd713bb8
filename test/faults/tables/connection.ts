import { type Fault, failsWith, REQUESTS, STALL, STALLED } from '../fault.ts';

const SIDES = ['download', 'upload'] as const;

/** The registry cannot be reached or does not answer at all: the same on both sides. */
const unreachable = SIDES.flatMap((side): Fault[] => [
  { name: 'connection refused', side, refused: true, expect: failsWith('connection_refused') },
  { name: 'packets swallowed at connect', side, deaf: true, flags: STALL, expect: STALLED },
  { name: 'connection reset', side, connections: 'reset', expect: failsWith('connection_lost') },
  { name: 'connection hung up', side, connections: 'hang-up', expect: failsWith('connection_lost') },
  { name: 'TLS hello never answered', side, connections: 'black-hole', flags: STALL, expect: STALLED },
  {
    name: 'first request never answered',
    side,
    rules: [{ match: REQUESTS.ping, do: { silent: true } }],
    flags: STALL,
    expect: STALLED,
  },
  {
    name: 'time limit instead of a stall timeout',
    side,
    connections: 'black-hole',
    flags: ['--timeout', '2s'],
    expect: { errorTypes: ['timeout'], exitCodes: [124], withinSeconds: 5 },
  },
]);

const SILENT_REQUESTS = {
  download: ['readManifest', 'readBlob'],
  upload: ['checkBlob', 'startUpload', 'sendBlob', 'finishUpload', 'writeManifest'],
} as const;

/** One kind of request is swallowed, reset or hung up, each in turn. */
const unanswered = SIDES.flatMap((side) =>
  SILENT_REQUESTS[side].flatMap((request): Fault[] => [
    {
      name: `${request} never answered`,
      side,
      rules: [{ match: REQUESTS[request], do: { silent: true } }],
      flags: STALL,
      expect: STALLED,
    },
    {
      name: `${request} reset`,
      side,
      rules: [{ match: REQUESTS[request], do: { reset: true } }],
      expect: failsWith('connection_lost'),
    },
  ]),
);

export const CONNECTION_FAULTS: readonly Fault[] = [...unreachable, ...unanswered];
