/** Options that may stand before the subcommand and are followed by a value: skopeo's global ones and our own. */
const VALUE_OPTIONS: ReadonlySet<string> = new Set([
  '--command-timeout',
  '--override-arch',
  '--override-os',
  '--override-variant',
  '--policy',
  '--registries.d',
  '--tmpdir',
  '--user-agent-prefix',
  '--events',
  '--heartbeat-interval',
  '--job-max-age',
  '--job-name',
  '--metrics-listen',
  '--metrics-textfile',
  '--progress',
  '--skopeo-path',
  '--stall-timeout',
  '--state-dir',
  '--timeout',
]);

/** Whether a global option, as written, takes the next argument as its value. */
export const globalOptionTakesValue = (option: string): boolean => VALUE_OPTIONS.has(option);
