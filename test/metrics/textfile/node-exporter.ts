import { once } from 'node:events';
import { execa } from 'execa';
import { parseSamples } from '../samples.ts';

/** The real node_exporter, serving the textfiles of a directory on a free port of the loopback interface. */
export const startNodeExporter = async (directory: string) => {
  const exporter = execa(
    'prometheus-node-exporter',
    [
      '--web.listen-address=127.0.0.1:0',
      '--web.disable-exporter-metrics',
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${directory}`,
    ],
    { reject: false, buffer: false, stdin: 'ignore', stdout: 'ignore' },
  );
  let log = '';
  let address: string | undefined;
  while (address === undefined) {
    log += String((await once(exporter.stderr, 'data'))[0]);
    address = /Listening on" address=(\S+)/.exec(log)?.[1];
  }
  exporter.stderr.resume();
  return {
    scrape: async () => {
      const response = await fetch(`http://${address}/metrics`);
      return { status: response.status, samples: parseSamples(await response.text()) };
    },
    [Symbol.asyncDispose]: async () => {
      exporter.kill();
      await exporter;
    },
  };
};
