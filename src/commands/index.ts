import type { CommandTable } from '../cli/wrapper-command.ts';

/** Every subcommand with a class of its own. All others go to `passthrough`. */
export const COMMANDS: CommandTable = {
  completion: async () => (await import('./completion.ts')).Completion,
  copy: async () => (await import('./copy.ts')).Copy,
  delete: async () => (await import('./delete.ts')).Delete,
  doctor: async () => (await import('./doctor.ts')).Doctor,
  exists: async () => (await import('./exists.ts')).Exists,
  'generate-sigstore-key': async () => (await import('./generate-sigstore-key.ts')).GenerateSigstoreKey,
  inspect: async () => (await import('./inspect.ts')).Inspect,
  'list-tags': async () => (await import('./list-tags.ts')).ListTags,
  login: async () => (await import('./login.ts')).Login,
  logout: async () => (await import('./logout.ts')).Logout,
  'manifest-digest': async () => (await import('./manifest-digest.ts')).ManifestDigest,
  metrics: async () => (await import('./metrics.ts')).Metrics,
  'metrics-server': async () => (await import('./metrics-server.ts')).MetricsServer,
  passthrough: async () => (await import('./passthrough.ts')).Passthrough,
  'standalone-sign': async () => (await import('./standalone-sign.ts')).StandaloneSign,
  'standalone-verify': async () => (await import('./standalone-verify.ts')).StandaloneVerify,
  sync: async () => (await import('./sync.ts')).Sync,
  status: async () => (await import('./status.ts')).Status,
};
