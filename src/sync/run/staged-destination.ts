import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { parseLocation } from '../../image/docker-reference.ts';
import type { OperationResult } from '../../tracking/events.ts';

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

/** Moves what was staged to its place; what lay there goes last, so that the place is empty for a moment at most. */
const moveIntoPlace = async (staged: string, path: string): Promise<void> => {
  const old = `${path}.old`;
  await rm(old, { recursive: true, force: true });
  if (await exists(path)) await rename(path, old);
  await rename(staged, path);
  await rm(old, { recursive: true, force: true });
};

const refuse = (path: string): never => {
  throw new WrapperError(`refusing to overwrite ${path}, which holds something else`, {
    errorType: 'destination_conflict',
    exitCode: EXIT.failure,
    next: 'Remove it, or choose another destination.',
  });
};

/** What `dir:` writes first and last; without either a directory is not an image but somebody's files. */
const IMAGE_FILES: readonly string[] = ['version', 'manifest.json'];

/** An image may take the place of an image of its kind alone, never of what a mistyped path happens to name. */
const refuseForeign = async (transport: 'dir' | 'oci-archive' | 'docker-archive', path: string): Promise<void> => {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return;
  if (status.isDirectory() !== (transport === 'dir')) refuse(path);
  if (transport !== 'dir') return;
  const names = await readdir(path);
  if (names.length > 0 && !names.some((name) => IMAGE_FILES.includes(name))) refuse(path);
};

/**
 * Copies to a directory or an archive beside its place and moves it there when it is whole: an attempt that breaks off
 * leaves nothing behind, and what lay there before stays until then. Registries and OCI layouts need no staging.
 */
export const copyStaged = async (
  destination: string,
  existingDirectory: 'replace' | 'refuse',
  copy: (destination: string) => Promise<OperationResult>,
): Promise<OperationResult> => {
  const location = parseLocation(destination);
  if (location.transport === 'docker') return copy(destination);
  await mkdir(dirname(location.path), { recursive: true });
  if (location.transport === 'oci') return copy(destination);
  if (location.transport === 'dir' && existingDirectory === 'refuse' && (await exists(location.path)))
    refuse(location.path);
  await refuseForeign(location.transport, location.path);
  const staged = `${location.path}.partial`;
  const name = location.name === undefined ? '' : `:${location.name}`;
  try {
    await rm(staged, { recursive: true, force: true });
    const result = await copy(`${location.transport}:${staged}${name}`);
    if (result.outcome === 'success') await moveIntoPlace(staged, location.path);
    return result;
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
};
