/**
 * launch.cjs [--set-up=PART] [--NODE-OPTION ...] PROGRAM [ARGUMENT ...]: the way into every script of package.json. PROGRAM is
 * a script below the root, or one that an npm package brings, such as biome. It runs
 * under the project's own Node, whichever Node and npm started us.
 *
 * This file uses only syntax and modules that every Node knows, so that it can say at once that a Node is too old.
 */
const OWN_NODE_FOR = ['linux-x64', 'linux-arm64']; // optionalDependencies of package.json
const OLDEST_TO_BEGIN_WITH = 18; // of Debian 12, and what scripts/setup/ is written for
const OLDEST_TO_RUN = 24;

const platform = `${process.platform}-${process.arch}`;
const bringsNode = OWN_NODE_FOR.indexOf(platform) !== -1;
const needed = bringsNode ? OLDEST_TO_BEGIN_WITH : OLDEST_TO_RUN;

const help = bringsNode
  ? [
      '  npx -p node@24 -p npm@11 npm start     # Node and npm from the npm registry, for this call alone',
      '  sudo apt-get install nodejs npm        # on Debian 12, Ubuntu 24.04 and newer',
    ]
  : [
      '  https://nodejs.org/en/download has Node 24. It is part of this project on ' +
        OWN_NODE_FOR.join(' and ') +
        ' alone.',
    ];

if (parseInt(process.versions.node, 10) < needed) {
  const lines = [`Node ${needed} or newer is needed; this is ${process.version}. Nothing was installed. What helps:`];
  process.stderr.write(lines.concat(help, '').join('\n'));
  process.exitCode = 69; // EX_UNAVAILABLE
} else {
  import('./setup/launch.mjs').then(({ launch }) => launch(process.argv.slice(2)));
}
