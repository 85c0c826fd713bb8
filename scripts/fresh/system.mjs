/** New systems: made once, copied for each trial, entered in namespaces of their own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianSource } from '../support/apt-sources.mjs';
import { configureLikeThisMachine, machineEnvironment } from './machine.mjs';
import { USERS } from './systems.mjs';

const exec = (program, ...argv) => execFileSync(program, argv, { stdio: ['ignore', 'ignore', 'inherit'] });

/** The file system of a suite as debootstrap makes it, with what a clone needs; made once. */
const makeBase = (suite, directory) => {
  const base = join(directory, suite);
  if (existsSync(base)) return base;
  const { uri, signedBy } = debianSource();
  const keyring = signedBy?.startsWith('/') ? [`--keyring=${signedBy}`] : [];
  const unfinished = `${base}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  exec('debootstrap', '--variant=minbase', '--include=ca-certificates,git,sudo', ...keyring, suite, unfinished, uri);
  renameSync(unfinished, base);
  return base;
};

/** Node or npm of the npm registry, unpacked where an administrator would put them. */
const addFromNpm = (root, name, version) => {
  const download = join(root, 'var/tmp/download');
  mkdirSync(download);
  exec('npm', 'pack', `${name}@${version}`, '--silent', `--pack-destination=${download}`);
  const target = join(root, 'usr/local/lib/node_modules', name);
  mkdirSync(target, { recursive: true });
  exec('tar', '-xzf', join(download, readdirSync(download)[0]), '--strip-components=1', '-C', target);
  rmSync(download, { recursive: true });
};

const addNode = (root, { node, npm }) => {
  const name = `node-linux-${process.arch}`;
  addFromNpm(root, name, node);
  addFromNpm(root, 'npm', npm);
  const bin = join(root, 'usr/local/bin');
  const modules = '/usr/local/lib/node_modules';
  exec('ln', '-s', `${modules}/${name}/bin/node`, `${modules}/npm/bin/npm`, `${modules}/npm/bin/npx`, bin);
  exec('ln', '-sf', `${modules}/npm/bin/npm-cli.js`, join(bin, 'npm'));
  exec('ln', '-sf', `${modules}/npm/bin/npx-cli.js`, join(bin, 'npx'));
  exec('chmod', '755', join(root, modules, name, 'bin/node'));
};

/** Its root is the new system's, not by chroot, in which no user may have a namespace. */
const ENTER = `set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mkdir -p old
pivot_root . old
umount --lazy /old
shift
exec "$@"`;

/** A new system in `directory`, ready for commands. */
export const createSystem = async ({ suite, node, npm }, { directory, name, log }) => {
  const root = join(directory, name);
  rmSync(root, { recursive: true, force: true });
  exec('cp', '-a', '--reflink=auto', makeBase(suite, directory), root);

  /** Runs a command of a shell as `user`; resolves to its exit status, its output goes to the log and to `onText`. */
  const run = async (user, command, onText = () => {}) => {
    const path = ['/usr/local/bin:/usr/bin:/bin', ...(user === 'root' ? ['/usr/local/sbin:/usr/sbin:/sbin'] : [])].join(
      ':',
    );
    const become = user === 'root' ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
    const as = [...become, 'env', `PATH=${path}`, 'sh', '-c', command];
    const argv = ['--mount', '--pid', '--ipc', '--fork', '--kill-child', 'sh', '-c', ENTER, 'sh', root, ...as];
    const env = {
      ...machineEnvironment(),
      HOME: USERS[user],
      USER: user,
      TERM: 'dumb',
      PATH: '/usr/sbin:/sbin:/usr/bin:/bin',
    };
    const child = spawn('unshare', argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const file = createWriteStream(log, { flags: 'a' });
    file.write(`\n$ ${command}\n`);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        file.write(text);
        onText(text);
      });
    }
    const [status] = await once(child, 'close');
    file.end();
    return status ?? 1;
  };

  const mustRun = async (command) => {
    if ((await run('root', command)) !== 0) throw new Error(`${command} failed; see ${log}`);
  };

  exec('chroot', root, 'useradd', '--create-home', '--shell', '/bin/bash', 'tester');
  writeFileSync(join(root, 'etc/sudoers.d/tester'), 'tester ALL=(ALL) NOPASSWD: ALL\n');
  writeFileSync(join(root, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n'); // it does not outlive the trial
  configureLikeThisMachine(root, { suite, homes: Object.values(USERS) });
  await mustRun('apt-get -qq update');
  if (node === undefined)
    await mustRun('DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends nodejs npm');
  else addNode(root, { node, npm });
  return { root, run, remove: () => rmSync(root, { recursive: true, force: true }) };
};
