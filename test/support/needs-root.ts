/** Tests that become another user or mount a file system need it; goes into a test's `skip`. */
export const NEEDS_ROOT = process.getuid?.() === 0 ? false : 'needs root: run npm test as root';
