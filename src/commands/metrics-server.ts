import * as Flags from '@oclif/core/flags';
import { findWriterInfo } from '../cli/open-session.ts';
import { stateDirFlag, stateLocations } from '../cli/state-flags.ts';
import { VERSION } from '../cli/version.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { defined } from '../defined.ts';
import { serveHostMetrics } from '../metrics/host-metrics.ts';
import { parseListenAddress } from '../metrics/listener/addresses.ts';
import { abortOnSignals } from '../operation/termination.ts';

/** Serves the metrics of every run on this host. */
export class MetricsServerCommand extends WrapperCommand {
  static override id = 'metrics-server';
  static override summary = 'Serve the metrics of every run on this host, past and live';
  static override flags = {
    host: Flags.string({ description: 'address to listen on', default: 'localhost', helpValue: 'HOST' }),
    port: Flags.integer({ description: 'port to listen on', default: 8000, min: 0, max: 65_535, helpValue: 'PORT' }),
    'web.listen-address': Flags.string({
      description: 'HOST:PORT, :PORT or [ADDRESS]:PORT in place of --host and --port; may be given several times',
      helpValue: 'ADDRESS',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'web.telemetry-path': Flags.string({ description: 'path of the metrics', default: '/metrics', helpValue: 'PATH' }),
    'web.config.file': Flags.string({
      description: 'TLS and basic authentication (exporter-toolkit)',
      helpValue: 'FILE',
    }),
    'web.enable-openmetrics': Flags.boolean({ description: 'answer in OpenMetrics when asked for it' }),
    'web.allowed-host': Flags.string({
      description: 'host name that requests may name; may be given several times',
      helpValue: 'HOST',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'metrics-textfile': Flags.string({
      description: 'also keep this textfile fresh [SKOPEO_WRAPPER_METRICS_TEXTFILE]',
      env: 'SKOPEO_WRAPPER_METRICS_TEXTFILE',
      helpValue: 'PATH',
    }),
    'skopeo-path': Flags.string({
      description: 'which skopeo the runs use [SKOPEO_WRAPPER_SKOPEO_PATH]',
      env: 'SKOPEO_WRAPPER_SKOPEO_PATH',
      helpValue: 'PATH',
    }),
    'state-dir': stateDirFlag,
  };

  async run(): Promise<number> {
    const { flags } = await this.parse(MetricsServerCommand);
    const { stderr, clock } = this.context;
    const say = (text: string): void => void stderr.write(`skopeo-wrapper: ${text}\n`);
    const webConfigFile = flags['web.config.file'];
    using signals = abortOnSignals(this.context);
    await serveHostMetrics({
      locations: stateLocations(flags['state-dir'], this.context),
      clock,
      listen: flags['web.listen-address']?.map(parseListenAddress) ?? [{ host: flags.host, port: flags.port }],
      telemetryPath: flags['web.telemetry-path'],
      enableOpenMetrics: flags['web.enable-openmetrics'],
      allowedHosts: flags['web.allowed-host'] ?? [],
      ...defined({ webConfigFile }),
      textfile: flags['metrics-textfile'],
      info: await findWriterInfo(this.context, flags['skopeo-path']),
      version: VERSION,
      signal: signals.signal,
      onWarning: (message) => say(`warning: ${message}`),
      onListening: ({ addresses }) =>
        say(`metrics are served at ${addresses.map((base) => `${base}${flags['web.telemetry-path']}`).join(', ')}`),
    });
    return 0;
  }
}
