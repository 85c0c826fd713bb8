import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { argvOf, flagArgument, withChanges } from '../../src/command-line/skopeo-arguments.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';

const parse = (line: string, env = {}) => parseCommandLine(line === '' ? [] : line.split(' '), env);
const handedOn = (line: string) => argvOf(parse(line).skopeoArguments).join(' ');

describe('what skopeo gets', () => {
  it('is what the user wrote, in that order and spelling', () => {
    for (const line of [
      'copy dir:a dir:b',
      '--debug copy --all dir:a dir:b --policy=p.json',
      '--tls-verify=false inspect docker://r/a',
      'copy --src-tls-verify=false --format oci dir:a dir:b',
      'copy -foci dir:a -q dir:b',
      'copy --sign-by -x --additional-tag a:1 --additional-tag b:2 dir:a docker-archive:b',
      'inspect --format=-{{.Name}} docker://r/a',
      'manifest-digest -- -file',
      'sync -s docker -d dir --scoped r/a /b',
      'login -u user --password-stdin r',
      'untrusted-signature-dump-without-verification sig',
      '--version',
      '',
    ]) {
      assert.equal(handedOn(line), line);
    }
  });

  it('has short flags taken apart, and no other change', () => {
    assert.equal(handedOn('copy -aqf oci dir:a dir:b'), 'copy -a -q -f oci dir:a dir:b');
  });

  it('lacks what the wrapper does itself', () => {
    assert.equal(
      handedOn(
        '--command-timeout 1h copy --retry-times=3 dir:a --retry-delay 5s dir:b --job-name j --json --timeout=9m',
      ),
      'copy dir:a dir:b',
    );
  });

  it('lacks secrets', () => {
    assert.equal(
      handedOn('copy --src-creds u:c4nary --dest-username u --dest-password c4nary --dcreds=u:c4nary a b'),
      'copy a b',
    );
    assert.equal(handedOn('login -u user -pc4nary r'), 'login -u user r');
    assert.equal(handedOn('delete --creds=u:c4nary --registry-token c4nary docker://r/a'), 'delete docker://r/a');
  });

  it('takes additions before --, and may lose flags', () => {
    const line = parse('copy --src-authfile mine dir:a -- dir:b');
    const changed = argvOf(
      withChanges(line.skopeoArguments, { add: [flagArgument('src-authfile', 'other')], drop: ['src-authfile'] }),
    );
    assert.deepEqual(changed, ['copy', 'dir:a', '--src-authfile', 'other', '--', 'dir:b']);
  });
});

describe('a subcommand that the table does not know', () => {
  it('is passed on whole, but for flags of the wrapper', () => {
    const line = parse('--debug brand-new --job-name j --foo -x bar --json -- --timeout 3');
    assert.equal(argvOf(line.skopeoArguments).join(' '), '--debug brand-new --foo -x bar -- --timeout 3');
    assert.deepEqual(
      [line.subcommand, line.spec, line.own.jobName, line.own.json],
      ['brand-new', undefined, 'j', true],
    );
  });
});

describe('what the wrapper knows', () => {
  it('is typed', () => {
    const { values, operands, subcommand } = parse(
      'copy -a --quiet=true --retry-times 3 --retry-delay 1m30s --command-timeout 2h --digestfile d --authfile A --dest-authfile D --src-tls-verify=0 --multi-arch all x y',
    );
    assert.deepEqual([subcommand, ...operands], ['copy', 'x', 'y']);
    assert.partialDeepStrictEqual(values, {
      all: true,
      quiet: true,
      retryTimes: 3,
      retryDelaySeconds: 90,
      commandTimeoutSeconds: 7200,
      digestfile: 'd',
      multiArch: 'all',
      authfile: { image: 'A', destination: 'D' },
      tlsVerify: { source: false },
    });
  });

  it('takes the last of several values', () => {
    assert.equal(parse('copy --format oci --format v2s2 a b').values.format, 'v2s2');
    assert.deepEqual(parse('copy --additional-tag a --additional-tag b x y').values.byName.get('additional-tag'), [
      'a',
      'b',
    ]);
  });

  it('keeps secrets out of whatever prints it', () => {
    const line = parse('copy --src-creds user:c4nary --dest-username u --dest-password c4nary --screds x:c4nary a b');
    assert.equal(line.credentials.source?.creds?.reveal(), 'user:c4nary');
    assert.equal(line.credentials.destination?.password?.reveal(), 'c4nary');
    for (const text of [inspect(line, { depth: 9 }), JSON.stringify(line), `${line.credentials.source?.creds}`]) {
      assert.doesNotMatch(text, /c4nary/);
    }
  });

  it('lists the flags of skopeo for the version check', () => {
    const { skopeoFlags } = parse('--debug copy --sign-by-sq-fingerprint F --retry-delay 3s a b');
    assert.deepEqual(
      skopeoFlags.map(({ name }) => name),
      ['debug', 'sign-by-sq-fingerprint'],
    );
  });
});

describe('bad input', () => {
  const refused: readonly (readonly [line: string, message: string, next: RegExp])[] = [
    ['copy --al x y', 'unknown flag --al of copy', /^Did you mean --all\?$/],
    ['copy --src-cred=u:c4nary x y', 'unknown flag --src-cred of copy', /^Did you mean --src-creds\?$/],
    ['copy --zzzzzzzzz x y', 'unknown flag --zzzzzzzzz of copy', /^See skopeo-wrapper copy --help\.$/],
    ['--jobname j copy', 'unknown flag --jobname', /^Did you mean --job-name\?$/],
    ['copy -quiet x y', 'unknown flag -u of copy', /^Did you mean --quiet\?$/],
    ['copy -zc4nary x y', 'unknown flag -z of copy', /--help/],
    ['copy --retry-times -1 x y', '--retry-times: "-1" is not valid', /whole number/],
    ['copy --retry-delay soon x y', '--retry-delay: "soon" is not valid', /90s/],
    ['copy --all=maybe x y', '--all: "maybe" is not valid', /true or false/],
  ];
  for (const [line, message, next] of refused) {
    it(`is refused before anything runs: ${line}`, () => {
      assert.throws(
        () => parse(line),
        (error) => {
          assert.ok(error instanceof WrapperError);
          assert.deepEqual([error.message, error.exitCode, error.errorType], [message, 64, 'usage']);
          assert.match(error.next ?? '', next);
          return true;
        },
      );
    });
  }
});
