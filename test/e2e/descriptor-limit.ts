import { createLayout } from '../support/images.ts';
import { runCli } from '../support/process.ts';
import { privateHome } from '../support/skopeo.ts';
import type { TempDir } from '../support/temp.ts';

/** Runs the program with at most so many open files. */
export const runWithin = (limit: number, args: readonly string[], dir: TempDir) =>
  runCli(args, {
    wrap: ['prlimit', `--nofile=${limit}:${limit}`],
    env: privateHome(dir.join('home')),
    cwd: dir.path,
  });

/** A layout with one small image; its reference. */
export const oneImage = async (dir: TempDir): Promise<string> => {
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 100 }] });
  return layout.reference('app');
};
