/** What to do after seeing the program run: the last lines of `npm start`, and the README's way to install it. */
export const nextSteps = ({ arch, isRoot }) => `Put it into PATH:
  npm run package -- ${arch}
  ${isRoot ? '' : 'sudo '}install build/skopeo-wrapper-linux-${arch} /usr/local/bin/skopeo-wrapper
Then:
  skopeo-wrapper copy docker://docker.io/library/alpine:3 dir:/tmp/alpine
  skopeo-wrapper metrics-server     # and: curl http://localhost:8000/metrics
`;
