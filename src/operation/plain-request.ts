import { type CommandLine, skopeoArgv } from '../command-line/command-line.ts';
import { parseReference } from '../image/parse.ts';
import { redactReference, shortName } from '../image/show.ts';
import type { StreamMode } from '../skopeo/process/start-skopeo.ts';
import { commonRequest, type RequestContext, wantedPlatform } from './copy-request.ts';
import { operationOf } from './operation-of.ts';
import type { OperationRequest } from './run-operation.ts';

/** Subcommands whose first operand is an image or a repository. */
const READS_IMAGE: ReadonlySet<string> = new Set(['delete', 'exists', 'inspect', 'layers', 'list-tags']);

/** A skopeo process without progress: its result is text on stdout, or a conversation with the user. */
export const plainRequest =
  (streams: StreamMode) =>
  (line: CommandLine, context: RequestContext): OperationRequest => {
    const { binary, launcher, env, cwd, credentials } = context;
    const subcommand = line.subcommand ?? '';
    const image = READS_IMAGE.has(subcommand) ? (line.operands[0] ?? '') : '';
    const reference = parseReference(image);
    const args =
      line.spec === undefined
        ? line.skopeoArguments.flatMap(({ written }) => [...written])
        : skopeoArgv(line, credentials);
    return {
      ...commonRequest(line, context),
      identity: { operation: operationOf(subcommand), sourceTransport: reference.transport },
      source: redactReference(image),
      destination: '',
      sourceShort: shortName(reference),
      destinationShort: '',
      skopeo: {
        binary,
        launcher,
        args,
        env,
        cwd,
        streams: line.own.json ? 'captured' : streams,
        ...(credentials.stdin === undefined ? {} : { stdin: credentials.stdin }),
      },
      platform: wantedPlatform(line),
    };
  };
