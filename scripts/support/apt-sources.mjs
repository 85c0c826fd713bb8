import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `deb [signed-by=KEYRING] URI SUITE COMPONENT ...`, one a line (sources.list(5)). */
const ONE_LINE = /^\s*deb\s+(?:\[(?<options>[^\]]*)\]\s*)?(?<uri>\S+)\s+(?<suite>\S+)\s+(?<components>[^#]+)/;

const fromOneLineFile = (text) =>
  text.split('\n').flatMap((line) => {
    const { options = '', uri, suite, components } = ONE_LINE.exec(line)?.groups ?? {};
    if (uri === undefined) return [];
    const signedBy = /signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uris: [uri], suites: [suite], components: components.trim().split(/\s+/), signedBy }];
  });

/** Fields of a stanza by their lower-case names; a line that begins with a space continues the field above it. */
const fieldsOf = (stanza) => {
  const lines = stanza.split('\n').filter((line) => !line.startsWith('#'));
  const unfolded = lines
    .join('\n')
    .replaceAll(/\n[ \t]+/g, '\n ')
    .split(/\n(?! )/);
  return new Map(
    unfolded.map((field) => {
      const [, name = '', value = ''] = /^([^:]+):\s*([\s\S]*)$/.exec(field) ?? [];
      return [name.toLowerCase(), value.trim()];
    }),
  );
};

const fromDeb822File = (text) =>
  text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = fieldsOf(stanza);
    const words = (name) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^(no|false|0)$/i.test(fields.get('enabled') ?? '')) return [];
    const signedBy = fields.get('signed-by');
    return [{ uris: words('uris'), suites: words('suites'), components: words('components'), signedBy }];
  });

/**
 * The repositories that the machine's apt is configured with, in both formats of sources.list(5): `uris`, `suites`,
 * `components`, and `signedBy` as it is written there (a path, or a key itself), if it is.
 */
export const aptSources = (etc = '/etc/apt') => {
  const files = ['sources.list', ...globSync('sources.list.d/*.{list,sources}', { cwd: etc }).sort()];
  return globSync(files, { cwd: etc }).flatMap((file) => {
    const text = readFileSync(join(etc, file), 'utf8');
    return file.endsWith('.sources') ? fromDeb822File(text) : fromOneLineFile(text);
  });
};

const DEBIAN_SUITE = /^(?:buster|bullseye|bookworm|trixie|forky|duke|sid|unstable|testing|(?:old)*stable)$/;

/** Where this machine gets Debian from, as `{ uri, signedBy }`. Throws when it does not. */
export const debianSource = (etc) => {
  const source = aptSources(etc).find(
    ({ suites, components }) => components.includes('main') && suites.some((suite) => DEBIAN_SUITE.test(suite)),
  );
  if (source === undefined)
    throw new Error('apt of this machine knows no Debian: no entry of /etc/apt/sources.list(.d) has a suite of it.');
  return { uri: source.uris[0], signedBy: source.signedBy };
};

/** An entry of the deb822 format for a suite of Debian, from where this machine gets Debian. */
export const debianEntry = (suite, etc) => {
  const { uri, signedBy } = debianSource(etc);
  const signature = signedBy === undefined ? '' : `Signed-By: ${signedBy}\n`;
  return `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\n${signature}`;
};
