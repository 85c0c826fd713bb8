import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { createLayout } from '../../support/images.ts';
import { makePrivateDev, NEEDS_PRIVATE_DEV } from '../../support/private-dev.ts';
import { writeProgram } from '../../support/program.ts';
import { sample } from '../../support/sample.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

const PROGRAM = process.env.SKOPEO_WRAPPER ?? resolve(import.meta.dirname, '../../../bin/run.js');

let dir: TempDir;
before(async () => {
  dir = await tempDir('devices');
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('a', { layers: [{ sizeBytes: 100 }] });
  for (const place of ['stdout', 'null', 'fd/1', 'later'])
    await writeFile(
      dir.join(`${place.replace('/', '-')}.yml`),
      JSON.stringify({ images: [{ source: `dir:${dir.join('image')}`, destination: `docker-archive:/dev/${place}` }] }),
    );
  await writeFile(
    dir.join('good.yml'),
    JSON.stringify({ images: [{ source: `dir:${dir.join('image')}`, destination: 'dir:copy/{{name}}' }] }),
  );
});
after(() => dir[Symbol.asyncDispose]());

/** Command lines, each run in a `/dev` of its own, that name devices, descriptors and links as outputs. */
const COMMANDS: readonly string[] = [
  'copy -q $A docker-archive:/dev/stdout | cat',
  'copy $A oci-archive:/dev/stdout',
  'copy -q $NONE docker-archive:/dev/stdout >/dev/null',
  'copy -q $NONE docker-archive:/dev/stdout >&-',
  'copy -q $NONE docker-archive:/dev/stdout >out-1.tar',
  'copy -q $NONE docker-archive:/dev/stderr 2>out-2.tar',
  'copy -q $NONE docker-archive:to-stdout:example.org/app:1 >out-3.tar',
  'copy -q $NONE docker-archive:later.json',
  'copy -q $NONE docker-archive:/dev/fd/7',
  'copy -q $A docker-archive:/dev/fd/7 7>out.tar',
  'copy -q $A docker-archive:/dev/null',
  'copy -q $NONE docker-archive:/dev/later/my.tar',
  'copy -q $NONE docker-archive:nowhere',
  'copy -q $NONE oci-archive:to-null',
  'copy --digestfile /dev/stdout $A dir:copied | cat',
  'copy -q --digestfile /dev/stdout $A dir:copied',
  'copy -q --digestfile /dev/null $A dir:copied',
  'copy -q --digestfile to-null $A dir:copied',
  'copy -q --digestfile nowhere $A dir:copied',
  'copy -q --digestfile later.json $A dir:copied',
  'copy -q --events /dev/stdout $A dir:copied | cat',
  'copy -q --events /dev/null $A dir:copied',
  'copy -q --events to-stdout $A dir:copied',
  'copy -q --events nowhere $A dir:copied',
  'copy -q --metrics-textfile null.prom $A dir:copied',
  'copy -q --metrics-textfile nowhere.prom $A dir:copied',
  'copy -q --metrics-textfile later.prom $A dir:copied',
  'copy -q --metrics-textfile /dev/stdout $A dir:copied',
  'copy -q --metrics-textfile /dev/null $A dir:copied',
  'sync --file stdout.yml | cat',
  'sync --file stdout.yml',
  'sync --file null.yml',
  'sync --file fd-1.yml',
  'sync --file later.yml',
  'sync --file good.yml --report /dev/stdout --digestfile /dev/null --events /dev/fd/1 | cat',
  'sync --file good.yml --report /dev/null --digestfile /dev/stdout --events to-null',
  'sync --file good.yml --report to-null --digestfile to-stdout --metrics-textfile null.prom',
  'sync --file good.yml --report nowhere',
  'sync --file good.yml --report later.json',
  'sync --file good.yml --digestfile nowhere',
  'sync --file good.yml --digestfile later.json --events later.json',
];

/** Everything in `/dev` and the links of the user, by kind, number and target. */
const LIST = `find /dev nowhere nowhere.prom to-null to-stdout null.prom later.json later.prom -path /dev/pts -prune -o -printf '%p %y %i %m %l\\n' | sort`;

const SCRIPT = `
ln -s /nonexistent/my.tar nowhere; ln -s /dev/null to-null; ln -s /dev/null null.prom
ln -s /nonexistent/my.prom nowhere.prom; ln -s /dev/stdout to-stdout; ln -s target.json later.json; ln -s target.prom later.prom
${LIST} >before
while read -r line; do
  export A=oci:layout:a NONE=oci:layout:none
  echo "$line" >command
  (eval "timeout 60 $RUN $line") >output 2>&1
  ${LIST} >now
  cmp -s before now || { echo "$line"; diff before now; cat output; }
done <commands
echo done`;

test('whatever an output is called, devices and links stay what they are', { skip: NEEDS_PRIVATE_DEV }, async () => {
  await using dev = await makePrivateDev();
  await writeFile(dir.join('commands'), `${sample(COMMANDS, 6).join('\n')}\n`);
  const script = writeProgram(dir.join('script'), SCRIPT);
  spawnSync('skopeo', ['--insecure-policy', 'copy', '-q', `oci:${dir.join('layout')}:a`, `dir:${dir.join('image')}`]);
  const [program = '', ...argv] = [...dev.within(dir.path), script];
  const { stdout, stderr } = spawnSync(program, argv, {
    encoding: 'utf8',
    env: {
      ...process.env,
      HOME: dir.path,
      XDG_STATE_HOME: dir.join('state'),
      SKOPEO_WRAPPER_STATE_DIR: dir.join('state'),
      RUN: `"${process.execPath}" "${PROGRAM}" --insecure-policy`,
    },
  });
  assert.equal(stdout, 'done\n', stderr);
});
