import * as z from 'zod';
import { isDigest, isRegistry, isTag, parseLocation } from '../../image/docker-reference.ts';
import { registryKey } from '../../image/registry-key.ts';
import { compileRewrite, templateRule } from '../map/template-rule.ts';
import { compilePattern } from '../select/pattern.ts';
import { parseVersionRange } from '../select/version.ts';
import { AGE_HINT, durationSeconds, parsedBy } from './values.ts';

const duration = parsedBy(durationSeconds, z.string(`must be ${AGE_HINT}`).min(1));
const pattern = parsedBy(compilePattern).describe('A glob for the whole tag, or /regular expression/.');
const patterns = z.array(pattern);
const range = parsedBy(parseVersionRange).describe('A range of versions such as ">=1.2 <2" or "^3".');
const NOT_EMPTY = 'names nothing; leave it out, or write tags: all for every tag';
const SHARE = 'must be a share above 0 and up to 1, such as 0.2';
const tag = z.string().refine(isTag, 'is not a tag (a digest belongs under "digests", a pattern under "include")');
const digest = z.string().refine(isDigest, 'is not a digest such as sha256:0123…');
const destination = parsedBy((text) => templateRule(text, { rewrites: [], baseDirectory: '/' }));
const source = parsedBy(parseLocation);
const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/, 'must be os/architecture or os/architecture/variant');
const registryNameSchema = z.string().refine(isRegistry, 'is not a registry (host or host:port)');

const tagRules = z.strictObject({
  list: z.array(tag).min(1, NOT_EMPTY).optional().describe('Tags that are selected whatever the other rules say.'),
  include: patterns.optional().describe('A tag must match one of these.'),
  exclude: patterns.optional().describe('A tag must match none of these.'),
  semver: z.array(range).optional().describe('A tag must be a version within one of these ranges.'),
  prereleases: z.boolean().optional().describe('Let ranges that name no prerelease take prereleases too.'),
  'max-age': duration.optional().describe('Only images that are not older than this.'),
  latest: z
    .int()
    .min(1)
    .optional()
    .describe('Of the tags that the other rules leave, only this many, the newest first.'),
  'latest-by': z.enum(['semver', 'created']).optional().describe('What newest means; semver if not given.'),
  min: z.int().min(0).optional().describe('Fewer images than this are an error; 1 if not given.'),
});

const copyRules = {
  destination: z
    .union([destination, z.array(destination).min(1)])
    .optional()
    .describe('Where images go: one template or several.'),
  rewrite: z
    .array(
      z.strictObject({
        match: parsedBy((match) => compileRewrite({ match, replace: '' })),
        replace: z.string(),
      }),
    )
    .optional()
    .describe('Changes to the repository path, made in order before it is put into templates.'),
  platforms: z
    .union([z.enum(['all', 'system']), z.array(platform).min(1)])
    .optional()
    .describe('Whole indexes (all, if not given), the one image for this machine (system), or the platforms listed.'),
  format: z.enum(['oci', 'v2s1', 'v2s2']).optional().describe('Manifest format to convert to.'),
  'preserve-digests': z
    .boolean()
    .optional()
    .describe('Fail rather than change a digest; true if everything is copied.'),
  'remove-signatures': z.boolean().optional(),
  'sign-by': z.string().optional().describe('Fingerprint of a GPG key to sign with.'),
  'sign-by-sigstore': z.string().optional().describe('Path of a sigstore parameter file to sign by.'),
  'sign-by-sigstore-private-key': z.string().optional().describe('Path of a sigstore private key to sign with.'),
  'sign-by-sq-fingerprint': z.string().optional().describe('Fingerprint of a Sequoia-PGP key to sign with.'),
  'sign-passphrase-file': z.string().optional(),
  immutable: patterns
    .optional()
    .describe('Tags that never change: once copied or found unchanged, no request is made for them again.'),
};

const imageError = ({ code, input }: { readonly code: string; readonly input?: unknown }): string | undefined =>
  code === 'invalid_type' && typeof input === 'string' ? 'must be a mapping; write it as "source: …"' : undefined;

const image = z.strictObject(
  {
    source: source.describe('A repository such as quay.io/coreos/etcd, one image of it, or dir:PATH.'),
    tags: z
      .union([z.literal('all'), z.array(tag).min(1, NOT_EMPTY), tagRules])
      .optional()
      .describe('all (if not given), a list of tags, or rules.'),
    digests: z.array(digest).min(1, NOT_EMPTY).optional(),
    ...copyRules,
  },
  { error: imageError },
);

/** A registry must not be set twice: it would not be clear which settings apply. */
const refuseDuplicateRegistries = (
  registries: Readonly<Record<string, unknown>>,
  context: z.core.$RefinementCtx,
): void => {
  const seen = new Map<string, string>();
  for (const name of Object.keys(registries)) {
    const earlier = seen.get(registryKey(name));
    if (earlier === undefined) seen.set(registryKey(name), name);
    else context.addIssue({ code: 'custom', path: [name], message: `is the same registry as "${earlier}"` });
  }
};

const registrySettingsSchema = z.strictObject({
  parallel: z.int().min(1).optional().describe('Copies at a time that read from or write to this registry.'),
  'requests-per-second': z.number().positive().optional(),
  'pull-reserve': z.int().min(0).optional().describe('Pulls of a counted allowance to leave for others.'),
  'tls-verify': z.boolean().optional(),
  'cert-dir': z.string().optional(),
  'auth-file': z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional().describe('Better from a variable than in plain text; best in an auth file.'),
  anonymous: z.boolean().optional().describe('Use no credentials even where some are known.'),
});

/** The configuration of `sync --file`, as it is written. */
export const syncFileSchema = z.strictObject({
  $schema: z.string().optional(),
  job: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be letters, digits, "_", "." and "-", at most 64')
    .optional()
    .describe('Name of the job in metrics, status, lock and memory.'),
  defaults: z
    .strictObject({ tags: tagRules.omit({ list: true }).optional(), ...copyRules })
    .optional()
    .describe('Settings for every image that does not set its own.'),
  parallel: z.int().min(1).max(256).optional().describe('Images copied at a time; 8 if not given.'),
  'stall-timeout': duration
    .optional()
    .describe('An attempt that moves no byte and prints no line for this long is ended; 5m if not given.'),
  'on-failure': z.enum(['continue', 'stop']).optional(),
  retry: z
    .strictObject({
      times: z.int().min(0).max(100).optional().describe('Further attempts; 3 if not given.'),
      delay: duration.optional().describe('Before the first further attempt, doubled each time; 2s if not given.'),
      'max-delay': duration.optional().describe('2m if not given.'),
    })
    .optional(),
  prune: z
    .strictObject({
      enabled: z.boolean(),
      'max-share': z
        .number()
        .gt(0, SHARE)
        .max(1, SHARE)
        .optional()
        .describe("Largest part of the job's own tags that one run may remove; 0.2 if not given."),
    })
    .optional(),
  registries: z.record(registryNameSchema, registrySettingsSchema).superRefine(refuseDuplicateRegistries).optional(),
  images: z.array(image).min(1),
});

export type SyncFile = z.infer<typeof syncFileSchema>;
export type SyncFileImage = SyncFile['images'][number];
export type SyncFileTagRules = z.infer<typeof tagRules>;
export type SyncFileCopyRules = Omit<NonNullable<SyncFile['defaults']>, 'tags'>;
export type SyncFileRegistry = z.infer<typeof registrySettingsSchema>;

/** The JSON Schema of `sync --file` for editors and other tools; `schema/sync.schema.json` in the package. */
export const syncFileJsonSchema = (): object => ({
  title: 'skopeo-wrapper sync --file',
  ...z.toJSONSchema(syncFileSchema, { io: 'input' }),
});
