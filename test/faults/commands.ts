import type { TempDir } from '../support/temp.ts';
import { type Arena, type Passage, type RegistryAddress, type Route, SOURCE, TAG } from './arena.ts';
import { directoryEnd, registryEnd } from './ends.ts';
import type { Expectation, Fault, Side } from './fault.ts';
import { type Report, readCopyReport, readSyncReport } from './report.ts';

/** A command that moves images. Every fault can be tried with each. */
export interface Command {
  readonly name: 'copy' | 'sync';
  readonly routes: Readonly<Record<Side, (arena: Arena, proxy: RegistryAddress, dir: TempDir) => Route>>;
  /** What it is called with, after the wrapper's own flags. */
  argv(passage: Passage, fault: Fault): readonly string[];
  /** What people read on stderr about a failure. */
  readonly complaint: RegExp;
  /** Statuses that are right for a failed image. */
  exitCodes(expected: Expectation): readonly number[];
  /** Undefined when stdout is not exactly one JSON object. */
  readReport(stdout: string): Report | undefined;
}

const NO_TLS = ['--src-tls-verify=false', '--dest-tls-verify=false'] as const;

/** A repository for one passage. */
const uniqueRepository = (dir: TempDir): string => `uploads/${dir.path.slice(-6).toLowerCase()}`;

const flagsOf = (passage: Passage, fault: Fault): string[] => [
  ...NO_TLS,
  ...(passage.flags ?? []),
  ...(fault.flags ?? []),
];

/** From registry to directory, and from layout to registry. */
export const COPY: Command = {
  name: 'copy',
  routes: {
    download: (_arena, proxy, dir) => ({
      source: proxy.reference(SOURCE),
      destination: `dir:${dir.join('out')}`,
      end: directoryEnd(dir.join('out')),
    }),
    upload: (arena, proxy, dir) => ({
      source: arena.layout.reference(TAG),
      destination: proxy.reference(`${uniqueRepository(dir)}:1`),
      end: registryEnd(arena, uniqueRepository(dir)),
    }),
  },
  argv: (passage, fault) => ['copy', ...flagsOf(passage, fault), passage.source, passage.destination],
  complaint: /^skopeo-wrapper: .+/m,
  exitCodes: ({ exitCodes = [1] }) => exitCodes,
  readReport: readCopyReport,
};

/** From registry to directory, and from registry to registry. */
export const SYNC: Command = {
  name: 'sync',
  routes: {
    download: (_arena, proxy, dir) => ({
      source: `${proxy.host}/${SOURCE}`,
      destination: dir.join('out'),
      end: directoryEnd(dir.join('out', 'app:1')),
    }),
    upload: (arena, proxy, dir) => ({
      source: `${arena.registry.host}/${SOURCE}`,
      destination: `${proxy.host}/${uniqueRepository(dir)}`,
      end: registryEnd(arena, `${uniqueRepository(dir)}/app`),
    }),
  },
  argv: (passage, fault) => [
    ...['sync', '--src', 'docker', '--dest', fault.side === 'download' ? 'dir' : 'docker'],
    // A sync repeats by itself unless told otherwise.
    ...['--retry-times', '0', ...flagsOf(passage, fault), passage.source, passage.destination],
  ],
  complaint: /^sync: copied 0, .+/m,
  // The status tells how much was done; only a limit on the whole run has one of its own.
  exitCodes: ({ errorTypes }) => (errorTypes.includes('timeout') ? [1, 124] : [1]),
  readReport: readSyncReport,
};
