/**
 * The systems that `npm start` and `npm test` are tried on. Debian's own Node and npm, or (`node`, `npm`) those versions
 * from the npm registry.
 */
export const SYSTEMS = {
  'debian-12': { suite: 'bookworm' },
  'debian-13': { suite: 'trixie' },
  'node-22': { suite: 'bookworm', node: '22', npm: '10' },
  'node-24': { suite: 'trixie', node: '24', npm: '11' },
};

/** Who tries: root, or a user who has sudo. */
export const USERS = { root: '/root', tester: '/home/tester' };
