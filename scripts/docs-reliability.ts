/**
 * Writes the table of docs/reliability.md from the tables of test/faults and from what came of them. With `--run` the
 * faults are tried first; without, the results of the last time count. A test compares.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Fault } from '../test/faults/fault.ts';
import type { FaultResult } from '../test/faults/results.ts';
import { ANSWER_FAULTS } from '../test/faults/tables/answer.ts';
import { BODY_FAULTS } from '../test/faults/tables/body.ts';
import { CONNECTION_FAULTS } from '../test/faults/tables/connection.ts';
import { STATUS_FAULTS } from '../test/faults/tables/http-status.ts';
import { MACHINE_FAULTS } from '../test/faults/tables/machine.ts';
import { MISBEHAVIOUR_FAULTS } from '../test/faults/tables/misbehaviour.ts';
import { RETRY_FAULTS } from '../test/faults/tables/retry.ts';
import { SEQUENCES } from './testing/test-files.mjs';

export const DOCS_PAGE = new URL('../docs/reliability.md', import.meta.url);
const RESULTS = new URL('../docs/reliability-results.json', import.meta.url);
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The tables, by the title of their test file. */
const TABLES: Readonly<Record<string, readonly Fault[]>> = {
  connection: CONNECTION_FAULTS,
  answer: ANSWER_FAULTS,
  'http-status': STATUS_FAULTS,
  body: BODY_FAULTS,
  machine: MACHINE_FAULTS,
  misbehaviour: MISBEHAVIOUR_FAULTS,
  retry: RETRY_FAULTS,
};

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;

const mustEnd = ({ expect }: Fault): string => {
  const classes =
    expect.errorTypes.length === 0 ? 'success' : expect.errorTypes.map((type) => `\`${type}\``).join(' or ');
  return expect.maySucceed ? `${classes}, or success` : classes;
};

const measured = (result: FaultResult | undefined): string => {
  if (result === undefined) return '-';
  const attempts = result.attempts > 1 ? `, ${result.attempts} attempts` : '';
  return `${result.ended === 'success' ? 'success' : `\`${result.ended}\``}, exit ${result.exitCode}, ${result.seconds} s${attempts}`;
};

const section = (title: string, results: readonly FaultResult[]): string => {
  const rows = (TABLES[title] ?? []).map((fault) => {
    const tried = results.filter(({ side, name }) => side === fault.side && name === fault.name);
    const copy = tried.find((one) => one.command === 'copy' && one.title === title);
    const sync = tried.find((one) => one.command === 'sync');
    return row([
      fault.name,
      fault.side,
      mustEnd(fault),
      `${fault.expect.withinSeconds} s`,
      measured(copy),
      measured(sync),
    ]);
  });
  const head = row(['fault', 'side', 'must end as', 'within', 'copy', 'sync']) + row(Array(6).fill('---'));
  return `### ${title}\n\n${head}${rows.join('')}`;
};

/** The page with its tables as they are now. */
export const updateDocs = async (page: string): Promise<string> => {
  const results: readonly FaultResult[] = JSON.parse(await readFile(RESULTS, 'utf8'));
  const tables = Object.keys(TABLES).map((title) => section(title, results));
  return page.replace(
    /(<!-- generated[^\n]*-->\n)[\s\S]*?(<!-- end of generated -->)/,
    (_, begin, end) => `${begin}\n${tables.join('\n')}\n${end}`,
  );
};

const byRow = (a: FaultResult, b: FaultResult): number =>
  `${a.command} ${a.title} ${a.side} ${a.name}`.localeCompare(`${b.command} ${b.title} ${b.side} ${b.name}`, 'en');

/** Tries every fault; those that fail their test leave no result. */
const runFaults = async (): Promise<void> => {
  const lines = fileURLToPath(new URL('../.cache/fault-results.ndjson', import.meta.url));
  await rm(lines, { force: true });
  const argv = ['scripts/launch.cjs', '--set-up=test', 'scripts/test.mjs', 'test/faults'];
  const env = { ...process.env, [SEQUENCES]: '1', FAULT_RESULTS: lines }; // every row, as at night
  await once(spawn(process.execPath, argv, { cwd: ROOT, stdio: 'inherit', env }), 'exit');
  const text = await readFile(lines, 'utf8');
  const results: FaultResult[] = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  await writeFile(
    RESULTS,
    `[\n${results
      .sort(byRow)
      .map((result) => `  ${JSON.stringify(result)}`)
      .join(',\n')}\n]\n`,
  );
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--run')) await runFaults();
  await writeFile(DOCS_PAGE, await updateDocs(await readFile(DOCS_PAGE, 'utf8')));
}
