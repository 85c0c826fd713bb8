import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tryTo } from '../../../errors/system-error.ts';
import type { Host } from '../../../host/host.ts';
import { listState, makeStateDirectory, newRunName, type StateLocation } from '../files/state-directory.ts';
import { readNewestAggregate } from '../reading/newest-aggregate.ts';
import { createRunFile, type RunFile } from './run-file.ts';

/** Where a run is kept: in the state directory or, if that cannot be written, in the spill directory. */
export interface RunPlace {
  /**
   * Stores a record. The last record goes into both slots, so that no single damaged place can destroy it, and is
   * flushed to disk. Throws the error of the system if no directory can be written.
   */
  store(json: string, options: { readonly last: boolean }): void;
  /** Whether another process has deleted the file. */
  isDeleted(): boolean;
  /** Whether the newest aggregate already contains the run. */
  isFolded(): boolean;
  /** Abandons the file; the next record goes into a new file under a new name. */
  startOver(): void;
  close(): void;
  /** Why the state directory could not be written; undefined: it could. */
  readonly spillCause: unknown;
}

/** The place for the run of this process. Touches nothing before the first record. */
export const createRunPlace = ({ stateDir, spillDir }: StateLocation, { identity, clock }: Host): RunPlace => {
  let name = newRunName(clock.wallMs(), identity.pid);
  let file: RunFile | undefined;
  let spillCause: unknown;

  const create = (directory: string, json: string): RunFile => {
    makeStateDirectory(directory, identity.uid);
    return createRunFile({ directory, name, seq: (file?.seq ?? 0) + 1, json });
  };

  const writeWhereItIs = (json: string): RunFile => {
    if (file === undefined) return create(stateDir, json);
    file.write(json);
    return file;
  };

  /** The run keeps its name, by which readers recognise it; the old file is deleted if possible. */
  const moveToSpill = (json: string, cause: unknown): RunFile => {
    if (spillDir === undefined || file?.directory === spillDir) throw cause;
    const moved = create(spillDir, json);
    tryTo(() => file?.close());
    tryTo(() => unlinkSync(join(stateDir, name)));
    spillCause = cause;
    return moved;
  };

  return {
    store: (json, { last }) => {
      try {
        file = writeWhereItIs(json);
        if (last) repeatAndSync(file, json);
      } catch (error) {
        file = moveToSpill(json, error);
        if (last) repeatAndSync(file, json);
      }
    },
    isDeleted: () => file?.isDeleted() ?? false,
    isFolded: () => {
      const aggregate = readNewestAggregate(stateDir, listState(stateDir).generations)?.aggregate;
      return aggregate !== undefined && (aggregate.folded.includes(name) || name in aggregate.foldedSpills);
    },
    startOver: () => {
      tryTo(() => file?.close());
      file = undefined;
      name = newRunName(clock.wallMs(), identity.pid);
    },
    close: () => file?.close(),
    get spillCause() {
      return spillCause;
    },
  };
};

const repeatAndSync = (file: RunFile, json: string): void => {
  file.write(json);
  file.sync();
};
