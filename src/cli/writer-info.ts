import pjson from '../../package.json' with { type: 'json' };
import type { Context } from '../context.ts';
import type { WriterInfo } from '../metrics/registry/view-samples.ts';
import { findSkopeo, type Skopeo } from '../skopeo/binary/find.ts';

export const VERSION: string = pjson.version;

/** What this process tells of itself and of its skopeo in the metrics. */
export const writerInfo = (skopeo: Skopeo | undefined): WriterInfo => ({
  buildInfo: { version: VERSION, revision: 'unknown', nodeVersion: process.version },
  binaryInfo: skopeo === undefined ? { available: false } : { available: true, version: skopeo.version },
});

/** The same for a process that needs no skopeo: a missing one is a fact to report, no error. */
export const findWriterInfo = async (
  { env, cwd, program }: Context,
  skopeoPath: string | undefined,
): Promise<WriterInfo> => writerInfo(await findSkopeo({ env, cwd, skopeoPath, self: program }).catch(() => undefined));
