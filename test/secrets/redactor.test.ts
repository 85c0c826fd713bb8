import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Redactor } from '../../src/secrets/redactor.ts';
import { Secret } from '../../src/secrets/secret.ts';

const goQuoted = (text: string): string =>
  Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
    return character;
  }).join('');
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const jsonForHtml = (text: string): string =>
  json(text).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
const html = (text: string): string => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const query = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** The ways in which a program may write what it echoes, alone and combined. */
const ENCODERS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  goQuoted,
  json,
  jsonForHtml,
  html,
  percent: encodeURIComponent,
  query,
  base64,
  base64url,
};
const encoder = fc.constantFrom(...Object.keys(ENCODERS));
const encoded = (text: string, names: readonly string[]): string =>
  names.reduce((written, name) => ENCODERS[name]?.(written) ?? written, text);

const password = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...'aZ09 "\'\\/%+&<>=?#:@\n\tä😀'), fc.string({ minLength: 1, maxLength: 1 })),
    minLength: 4,
  })
  .filter((text) => text.isWellFormed());

describe('Redactor', () => {
  it('hides a password as every encoder writes it, quoted once more included', () => {
    fc.assert(
      fc.property(password, encoder, fc.constantFrom('plain', 'goQuoted', 'json'), (text, inner, outer) => {
        const redactor = new Redactor();
        redactor.learn(new Secret(text));
        const written = encoded(text, [inner, outer]);
        const shown = redactor.redact(`before|${written}|after`);
        assert.ok(!shown.includes(`|${written}|`), shown);
        assert.match(shown, /^before\|\[hidden\](?:=|%3D)*\|after$/);
      }),
    );
  });

  it('hides a login as HTTP and authfiles write it', () => {
    const redactor = new Redactor();
    redactor.learnLogin({ username: 'user', password: new Secret('p/ä?>w') });
    const login = Buffer.from('user:p/ä?>w');
    for (const written of [
      login.toString('base64'),
      login.toString('base64url'),
      encodeURIComponent(login.toString('base64')),
    ])
      assert.equal(redactor.redact(`(${written})`).replace(/(=|%3D)*\)$/, ')'), '([hidden])');
  });

  it('hides a password of two characters behind its user, and nothing where there is no login', () => {
    const redactor = new Redactor();
    redactor.learnLogin({ username: 'user', password: new Secret('pw') });
    redactor.learnLogin({ username: '', password: new Secret('') });
    assert.equal(redactor.redact('user:pw dXNlcjpwdw== pw Og'), '[hidden] [hidden]== pw Og');
  });

  it('hides the longer one of two passwords that begin alike', () => {
    const redactor = new Redactor();
    redactor.learn(new Secret('secret'));
    redactor.learn(new Secret('secret-and-more'));
    assert.equal(redactor.redact('it is secret-and-more'), 'it is [hidden]');
  });

  it('takes time in proportion to the text, whatever a registry sends', () => {
    const redactor = new Redactor();
    for (const text of ['aaaaaaaaab', '\\\\\\\\"', 'pä s"s\\w/ör+d<&>', '%%%%', '    x'])
      redactor.learnLogin({ username: 'user', password: new Secret(text) });
    const units = [
      '?',
      'a://:',
      'a://',
      '://',
      '?a=',
      '&',
      '"',
      '\\',
      '\\"',
      'Bearer ',
      'token:',
      'password = ',
      'token_',
      '%25',
      '&amp;',
      'a.',
      ' ',
    ];
    // Quadratic patterns take minutes for this, and the limit on a test file ends them.
    for (const unit of units)
      for (const end of ['', '\n', '@', '=', '"']) redactor.redact(unit.repeat(100_000 / unit.length) + end);
  });
});
