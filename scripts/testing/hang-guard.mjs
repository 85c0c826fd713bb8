/**
 * Loaded before each test file: ends its process when something is still running long after the last test, which the time
 * limit of tests does not see.
 */
import { after } from 'node:test';

const LIMIT_MS = 120_000;

const giveUp = () => {
  const held = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`${process.argv[1]}: still open ${LIMIT_MS / 1000} s after the last test: ${held}\n`);
  process.exit(1);
};

const isTestFile = process.env.NODE_TEST_CONTEXT?.startsWith('child') && process.argv[1] !== undefined;
if (isTestFile) after(() => void setTimeout(giveUp, LIMIT_MS).unref());
