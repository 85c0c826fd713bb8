import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import semver from 'semver';
import { skopeoVersion } from '../../support/skopeo.ts';
import { bothOutcomes } from './compare.ts';
import type { StreamKind } from './kinds.ts';
import { buildStreamStage, type StreamStage } from './stage.ts';
import type { StreamCase } from './table.ts';

/** Whether skopeo says something that gets lost, or into the file that it writes, when stdout is closed. */
const isSpoiled = (command: string, { closes }: StreamKind): boolean =>
  closes !== undefined &&
  (command.startsWith('inspect --raw oci:') ||
    (closes === 'other' && command.startsWith('copy oci:layout:app docker-archive:')));

/** A link that skopeo removes when a copy fails, as it leads to a file that is still empty. */
const IS_LINK_TO_FILE = /^(?:a link to nothing|\/dev\/std(?:out|err)(?: with stderr)?, a file(?: written twice)?)$/;

/** Rows of `docs/differences.md` that speak of descriptors, and which rows of the table they are about. */
export const DIFFERENCES: Readonly<Record<string, (row: StreamCase, version: string) => boolean>> = {
  // Before 1.18 what skopeo opens first takes the number of a stream that is closed.
  'closed-streams': ({ kind, command }, version) =>
    (kind.closes === 'word' && command.includes('{word}')) ||
    (semver.lt(version, '1.18.0') && kind.script.includes('>&- 2>') && isSpoiled(command, kind)),
  'kept-links': ({ kind, command }) => command.startsWith('copy oci:layout:nope') && IS_LINK_TO_FILE.test(kind.name),
  'lost-output': ({ kind, command }) => kind.losesReader === true && /^copy (?!-q|oci:layout:nope)/.test(command),
};

/** Whether a difference that is documented is meant to show in a row. */
const isMeant = (row: StreamCase, version: string): boolean =>
  Object.values(DIFFERENCES).some((applies) => applies(row, version));

/** Tests that each row ends for the wrapper as it does for skopeo: bytes, files, status, skopeo's own error lines. */
export const testRows = async (rows: readonly StreamCase[]): Promise<void> => {
  const version = await skopeoVersion();
  describe(`skopeo ${version} and the wrapper read and write the same, wherever it goes`, { concurrency: 2 }, () => {
    let stage: StreamStage;
    let devices: readonly string[];
    before(async () => {
      stage = await buildStreamStage();
      devices = stage.dev.list();
    });
    after(() => stage?.[Symbol.asyncDispose]());
    for (const [index, row] of rows.entries()) {
      test(`${row.command}: ${row.kind.name}`, async () => {
        const { skopeo, wrapper } = await bothOutcomes(stage, `row-${index}`, row);
        assert.deepEqual(stage.dev.list(), devices);
        if (isMeant(row, version)) assert.notDeepEqual(wrapper, skopeo);
        else assert.deepEqual(wrapper, skopeo);
      });
    }
  });
};
