/** Reads reports, compares them, writes compare.json and compare.html. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  compareRecords,
  compareReport,
  consequenceOf,
  type EvalComparison,
  shortInterval,
  shortNumber,
} from '@alix/eval';
import { AlixError } from '@alix/infer/io/errors';
import { describing, ensureWritableFolder, removeEmptyFolders, writeFileAtomic } from '@alix/infer/io/files';
import type { Context } from '../commands/command.js';
import { planned } from '../plan.js';
import { version } from '../version.js';
import { named, type ReportFile, readPictures, readReport } from './report-files.js';
import { jsonText } from './written.js';

/** @throws AlixError 'usage' for fewer than two reports, or one twice; 'bad-report', 'report-too-new', 'not-found', ... */
export async function compare(paths: readonly string[], output: string, context: Context): Promise<void> {
  if (paths.length < 2)
    throw new AlixError('usage', 'a comparison needs at least two reports', {
      where: paths.join(', '),
      remedy: 'name the folders that `alix eval` wrote, one of each model',
    });
  const files = [];
  for (const path of paths) files.push(await readReport(path));
  await checkOnce(files);
  const found = compared(files);
  const outputs = ['compare.html', 'compare.json'].map((name) => join(output, name));
  if (planned(context, { inputs: files.map(({ file }) => file), outputs })) return;
  const pictures = [];
  for (const file of files) pictures.push(await readPictures(file));
  const origin = { alixVersion: version(), created: new Date().toISOString() };
  const made = await ensureWritableFolder(output);
  try {
    await writeFileAtomic(join(output, 'compare.html'), compareReport(found, pictures, origin));
    const record = { format: 'alix-eval-comparison', version: 1, ...origin, ...found };
    await writeFileAtomic(join(output, 'compare.json'), jsonText(record));
    if (context.json) context.out(JSON.stringify({ ...record, output }));
  } catch (error) {
    await removeEmptyFolders(output, made);
    throw error;
  }
  if (!context.json) tell(found, context);
  context.log(`-> ${join(output, 'compare.html')}`);
}

/** What is wrong with a record is told of its file. */
function compared(files: readonly ReportFile[]): EvalComparison {
  const records = named(files);
  try {
    return compareRecords(records);
  } catch (error) {
    const file = files[records.findIndex(({ label }) => error instanceof AlixError && error.where === label)];
    if (!file || !(error instanceof AlixError)) throw error;
    throw new AlixError(error.code, error.what, { where: file.file, remedy: 'run `alix eval` again', cause: error });
  }
}

/** @throws AlixError 'usage' */
async function checkOnce(reports: readonly ReportFile[]): Promise<void> {
  const seen = new Set<string>();
  for (const { path, file } of reports) {
    const real = await describing(path, () => realpath(file));
    if (seen.has(real)) throw new AlixError('usage', 'a report is named twice', { where: path });
    seen.add(real);
  }
}

/** What differs first; then a line for each row. */
function tell({ models, differences, rows }: EvalComparison, context: Context): void {
  const log = (text: string) => context.log(visible(text));
  const out = (text: string) => context.out(visible(text));
  for (const one of differences) log(`note: ${one.what} differs (${one.values.join(' | ')}): ${consequenceOf(one)}`);
  out(models.map(({ label }) => label).join(' | '));
  for (const { group, name, values, verdict, best } of rows) {
    const cells = values.map((one, i) =>
      one
        ? `${shortNumber(one.value)}${one.interval ? ` (${shortInterval(one.interval)})` : ''}${i === best ? ' *' : ''}`
        : '-',
    );
    out(`${group}: ${name} ${cells.join(' | ')}${verdict === 'clear' ? '' : ` [${verdict}]`}`);
  }
}

/** Reports may hold anything; control characters could move the cursor of the reader's terminal. */
const visible = (text: string) => text.replace(/\p{Cc}/gu, ' ');
