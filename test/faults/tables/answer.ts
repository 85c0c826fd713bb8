import { type Fault, failsWith, REQUESTS } from '../fault.ts';

const OTHER_DIGEST = `sha256:${'0'.repeat(64)}`;
const redirectToItself = { status: 307, headers: { location: '{path}' } };

/** Answers that are wrong rather than absent. */
export const ANSWER_FAULTS: readonly Fault[] = [
  {
    name: 'manifest redirected in a circle',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { answer: redirectToItself } }],
    expect: failsWith('server_error'),
  },
  {
    name: 'blob redirected in a circle',
    side: 'download',
    rules: [{ match: REQUESTS.readBlob, do: { answer: redirectToItself } }],
    expect: failsWith('server_error'),
  },
  {
    name: 'check of a blob redirected in a circle',
    side: 'upload',
    rules: [{ match: REQUESTS.checkBlob, do: { answer: redirectToItself } }],
    expect: failsWith('server_error'),
  },
  {
    name: 'wrong digest header of a manifest',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { headers: { 'docker-content-digest': OTHER_DIGEST } } }],
    expect: { ...failsWith('digest_mismatch'), maySucceed: true },
  },
  {
    name: 'wrong digest header after an upload',
    side: 'upload',
    rules: [{ match: REQUESTS.finishUpload, do: { headers: { 'docker-content-digest': OTHER_DIGEST } } }],
    expect: { ...failsWith('digest_mismatch'), maySucceed: true },
  },
  {
    name: 'manifest of another content type',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { headers: { 'content-type': 'text/html' } } }],
    expect: { ...failsWith('invalid_manifest', 'unsupported', 'unknown'), maySucceed: true },
  },
  {
    name: 'a web page instead of a manifest',
    side: 'download',
    rules: [
      {
        match: REQUESTS.readManifest,
        do: { answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Please log in</html>' } },
      },
    ],
    expect: failsWith('invalid_manifest'),
  },
  {
    name: 'a web page instead of the registry',
    side: 'download',
    rules: [
      {
        match: { path: /./ },
        do: { answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Please log in</html>' } },
      },
    ],
    expect: failsWith('invalid_manifest'),
  },
  {
    name: 'upload without a location',
    side: 'upload',
    rules: [{ match: REQUESTS.startUpload, do: { headers: { location: null } } }],
    expect: failsWith('server_error'),
  },
  {
    name: 'manifest refused as invalid',
    side: 'upload',
    rules: [
      {
        match: REQUESTS.writeManifest,
        do: {
          answer: {
            status: 400,
            headers: { 'content-type': 'application/json' },
            body: '{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]}',
          },
        },
      },
    ],
    expect: failsWith('manifest_rejected'),
  },
];
