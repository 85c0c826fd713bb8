import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const exec = promisify(execFile);

const lockfileSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });
const packageSchema = z.looseObject({ name: z.string(), version: z.string() });

/** An npm registry that holds what our node_modules holds, for an install that needs no network. */
export interface NpmRegistry extends AsyncDisposable {
  readonly url: string;
}

/** Directories of node_modules by name of the package; one may be there in several versions. */
const installedPackages = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { packages } = lockfileSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const paths = Object.keys(packages).filter((path) => path !== '' && existsSync(join(root, path)));
  return Map.groupBy(paths, (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
};

/** What npm asks for first: all versions of a package, with their dependencies and the place of their tarballs. */
const packument = async (directories: readonly string[], url: string) => {
  const manifests = await Promise.all(
    directories.map(async (directory) => ({
      ...packageSchema.parse(JSON.parse(await readFile(join(root, directory, 'package.json'), 'utf8'))),
      dist: { tarball: `${url}/-/${directory}.tgz` },
    })),
  );
  const [first] = manifests;
  return {
    name: first?.name,
    'dist-tags': { latest: first?.version },
    versions: Object.fromEntries(manifests.map((manifest) => [manifest.version, manifest])),
  };
};

const tarballOf = async (directory: string): Promise<Buffer> => {
  const argv = [
    '-c',
    '--use-compress-program=gzip -1',
    '--exclude=./node_modules',
    '--transform=s,^\\.,package,',
    '-C',
    join(root, directory),
    '.',
  ];
  const { stdout } = await exec('tar', argv, { encoding: 'buffer', maxBuffer: 1e9 });
  return stdout;
};

/** Starts it on a free loopback port. */
export const startNpmRegistry = async (): Promise<NpmRegistry> => {
  const installed = await installedPackages();
  let url = '';
  const answerTo = async (path: string): Promise<Buffer | undefined> => {
    const tarball = /^\/-\/(.+)\.tgz$/.exec(path)?.[1];
    if (tarball !== undefined) return tarballOf(tarball);
    const directories = installed.get(path.slice(1));
    return directories && Buffer.from(JSON.stringify(await packument(directories, url)));
  };
  const server = createServer((request, response) => {
    answerTo(decodeURIComponent(request.url ?? '')).then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(body ?? '{}'),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
