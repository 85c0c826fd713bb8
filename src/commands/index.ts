import type { CommandTable } from '../cli/wrapper-command.ts';

type SkopeoCommandId = Parameters<typeof import('./skopeo-commands.ts')['skopeoCommand']>[0];

const ofSkopeo = (id: SkopeoCommandId) => async () => (await import('./skopeo-commands.ts')).skopeoCommand(id);

/** Every subcommand that this program knows. All others go to `passthrough`. */
export const COMMANDS: CommandTable = {
  completion: async () => (await import('./completion.ts')).CompletionCommand,
  copy: ofSkopeo('copy'),
  delete: ofSkopeo('delete'),
  doctor: async () => (await import('./doctor.ts')).DoctorCommand,
  exists: ofSkopeo('exists'),
  'generate-sigstore-key': ofSkopeo('generate-sigstore-key'),
  inspect: ofSkopeo('inspect'),
  'list-tags': ofSkopeo('list-tags'),
  login: ofSkopeo('login'),
  logout: ofSkopeo('logout'),
  'manifest-digest': ofSkopeo('manifest-digest'),
  metrics: async () => (await import('./metrics.ts')).MetricsCommand,
  'metrics-server': async () => (await import('./metrics-server.ts')).MetricsServerCommand,
  passthrough: async () => (await import('./skopeo-commands.ts')).passthrough(Object.keys(COMMANDS)),
  'standalone-sign': ofSkopeo('standalone-sign'),
  'standalone-verify': ofSkopeo('standalone-verify'),
  sync: async () => (await import('./sync.ts')).SyncCommand,
  status: async () => (await import('./status.ts')).StatusCommand,
};
