import { execa } from 'execa';
import { waitFor } from '../support/wait-for.ts';

/** A real node_exporter with the textfile collector alone. */
export interface NodeExporter extends AsyncDisposable {
  readonly url: string;
}

/** Starts one on a port that it chooses itself, reading the textfiles of `directory`. */
export const startExporter = async (directory: string): Promise<NodeExporter> => {
  const child = execa(
    'prometheus-node-exporter',
    [
      '--web.listen-address=127.0.0.1:0',
      '--web.disable-exporter-metrics',
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${directory}`,
    ],
    { reject: false, stdin: 'ignore', stdout: 'ignore', buffer: false },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const address = await waitFor(
    'node_exporter to listen',
    () => /Listening on.*address=(127\.0\.0\.1:[1-9]\d*)/.exec(log)?.[1],
  );
  return {
    url: `http://${address}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await child;
    },
  };
};
