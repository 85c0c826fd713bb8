import * as z from 'zod';
import {
  argvOf,
  givenArgument,
  operandArgument,
  type SkopeoArgument,
  switchArgument,
  withChanges,
} from '../command-line/skopeo-arguments.ts';
import { defined } from '../defined.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { isTag } from '../image/docker-reference.ts';
import { parseReference } from '../image/reference.ts';
import type { RegistryAccess } from '../registry/access.ts';
import type { Side, SideLogin } from '../registry/credentials/logins.ts';
import type { SkopeoQuestions } from '../registry/lookup.ts';
import { parseJson } from '../text/json.ts';
import { type AnswerLimits, type AskContext, askSkopeo } from './ask-skopeo.ts';
import { loginChanges } from './copy-request.ts';
import { MANIFEST_SILENCE_SECONDS } from './manifest-reader.ts';
import type { SkopeoContext } from './request.ts';

interface QuestionContext extends SkopeoContext, AskContext {
  /** Global options that every skopeo of the run gets: policy, registries configuration. */
  readonly globalArguments: readonly SkopeoArgument[];
  /** Silence that ends a question; a question for a manifest may end earlier. */
  readonly stallTimeoutSeconds?: number | undefined;
}

/**
 * What only skopeo can find out about images, or do to them, without a copy. All methods reject with a WrapperError.
 */
export interface ImageQuestions extends SkopeoQuestions {
  /** When the image was created, as it says itself; absent if it does not say. */
  createdAt(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Date | undefined>;
  deleteImage(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<void>;
}

const PREFIX: Readonly<Record<Side, string>> = { image: '', source: 'src-', destination: 'dest-' };

/** The options of one side for reaching its registry; its login is not among them. */
export const accessArguments = (
  side: Side,
  { authFile, anonymous, certDirectory, tlsVerify }: RegistryAccess,
): readonly SkopeoArgument[] => {
  const prefix = PREFIX[side];
  return [
    ...givenArgument(`${prefix}authfile`, authFile),
    ...givenArgument(`${prefix}no-creds`, anonymous || undefined),
    ...givenArgument(`${prefix}cert-dir`, certDirectory),
    ...givenArgument(`${prefix}tls-verify`, tlsVerify === undefined ? undefined : String(tlsVerify)),
  ];
};

/** The login for the registry of a reference, if the access has one. */
export const loginsFor = (side: Side, reference: string, { credentials, authFile }: RegistryAccess): SideLogin[] => {
  const { registry } = parseReference(reference);
  return credentials === undefined || registry === undefined ? [] : [{ side, registry, authFile, login: credentials }];
};

/** What an answer says. Throws a `WrapperError` where it is no answer: something else than skopeo was asked. */
const answerOf = <T>(text: Buffer, schema: z.ZodType<T>, subcommand: string): T => {
  const answer = parseJson(text, schema);
  if (answer !== undefined) return answer;
  throw new WrapperError(`skopeo ${subcommand} printed something else than its answer`, {
    errorType: 'unknown',
    exitCode: EXIT.failure,
    next: 'Check with skopeo-wrapper doctor which skopeo is run.',
  });
};

const createdSchema = z.object({ Created: z.string().nullish() });
const tagsSchema = z.object({ Tags: z.array(z.string()).nullable() });

/** Hundreds of thousands of tags come in thousands of pages. */
const TAG_LIST_LIMITS: AnswerLimits = { seconds: 1800, bytes: 1024 ** 3 };

/** Asks the real skopeo. */
export const askingSkopeo = (context: QuestionContext): ImageQuestions => {
  const { globalArguments, stallTimeoutSeconds } = context;
  const ask = async (
    [subcommand, ...switches]: readonly [string, ...string[]],
    reference: string,
    access: RegistryAccess,
    signal: AbortSignal,
    { silenceSeconds = stallTimeoutSeconds, limits }: { silenceSeconds?: number; limits?: AnswerLimits } = {},
  ): Promise<Buffer> => {
    const args = [
      ...globalArguments,
      operandArgument(subcommand),
      ...switches.map(switchArgument),
      ...accessArguments('image', access),
      operandArgument(reference),
    ];
    const changes = await loginChanges(loginsFor('image', reference, access), context);
    const question = {
      args: argvOf(withChanges(args, changes)),
      reference,
      stallTimeoutSeconds: silenceSeconds,
      signal,
      ...defined({ limits }),
    };
    return askSkopeo(question, context);
  };

  return {
    inspectRaw: (reference, access, signal) =>
      ask(['inspect', 'raw'], reference, access, signal, {
        silenceSeconds: Math.min(MANIFEST_SILENCE_SECONDS, stallTimeoutSeconds || MANIFEST_SILENCE_SECONDS),
      }),
    listTags: async ({ registry, path }, access, signal) => {
      const text = await ask(['list-tags'], `docker://${registry}/${path}`, access, signal, {
        limits: TAG_LIST_LIMITS,
      });
      const { Tags: tags } = answerOf(text, tagsSchema, 'list-tags');
      // Tags become parts of paths.
      return (tags ?? []).filter(isTag);
    },
    createdAt: async (reference, access, signal) => {
      const text = await ask(['inspect', 'no-tags'], reference, access, signal);
      const { Created: created } = answerOf(text, createdSchema, 'inspect');
      return created ? new Date(created) : undefined;
    },
    deleteImage: async (reference, access, signal) => {
      await ask(['delete'], reference, access, signal);
    },
  };
};
