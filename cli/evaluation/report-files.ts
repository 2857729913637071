/** Reports that `alix eval` wrote, read again: they may have been changed since, or be of another version. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ComparedPictures, EvalRecord, NamedRecord } from '@alix/eval';
import { AlixError } from '@alix/infer/io/errors';
import { describing, readRegular } from '@alix/infer/io/files';
import { parseJson } from '@alix/infer/io/json';
import { decodePng } from '@alix/infer/io/png';
import { picturePaths } from './written.js';

const REPORT = 'report.json';
/** The newest version that is read. */
const VERSION = 2;
/** A report of a hundred thousand numbers is some MB. */
const MOST = 256 * 1024 * 1024;

export interface ReportFile {
  /** As the user wrote it. */
  readonly path: string;
  /** The JSON itself. */
  readonly file: string;
  readonly folder: string;
  readonly record: EvalRecord;
}

/** @throws AlixError 'not-found', 'bad-report', 'report-too-new' */
export async function readReport(path: string): Promise<ReportFile> {
  const isFolder = (await describing(path, () => stat(path))).isDirectory();
  const where = isFolder ? join(path, REPORT) : path;
  const text = new TextDecoder().decode(await readRegular(where, MOST));
  return { path, file: where, folder: isFolder ? path : dirname(path), record: parseReport(text, where) };
}

function parseReport(text: string, where: string): EvalRecord {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw bad(where, 'not valid JSON', cause);
  }
  const { format, version, model, data, conventions, metrics, created } = (json ?? {}) as Partial<EvalRecord>;
  if (format !== 'alix-eval' || typeof version !== 'number') throw bad(where, 'not a report of `alix eval`');
  if (version > VERSION)
    throw new AlixError('report-too-new', 'the report is newer than this version of alix', {
      where,
      expected: `version ${VERSION} or older`,
      found: `${version}`,
      remedy: 'update alix',
    });
  const isText = (...values: unknown[]) => values.every((value) => typeof value === 'string');
  const isObject = (...values: unknown[]) => values.every((value) => typeof value === 'object' && value !== null);
  const isWhole =
    isObject(model, data, conventions, metrics) &&
    isText(created, model?.name, model?.sha256, model?.system, model?.dataset, model?.device, data?.name) &&
    isObject(data?.size) &&
    Number.isInteger(data?.n);
  if (!isWhole) throw bad(where, 'parts of the report are missing');
  return json as EvalRecord;
}

const bad = (where: string, what: string, cause?: unknown) =>
  new AlixError('bad-report', what, {
    where,
    remedy: 'name a folder that `alix eval` wrote, or the report.json in it',
    cause,
  });

/** The pictures beside a report; undefined where there are none. @throws AlixError 'bad-image' for damaged ones */
export async function readPictures({ folder, file, record }: ReportFile): Promise<ComparedPictures | undefined> {
  // a report under another name was put there by hand, and pictures beside it are not known to be its own
  if (basename(file) !== REPORT) return undefined;
  const paths = await picturePaths(folder);
  const read = async (list: readonly string[]) => {
    const made: Uint8Array[] = [];
    for (const path of list) made.push(await readPicture(path, record.data.size));
    return made;
  };
  const [originals, reconstructions] = [await read(paths.original), await read(paths.reconstruction)];
  const samples = await read(paths.sample);
  if (originals.length + samples.length === 0) return undefined;
  return { size: record.data.size, originals, reconstructions, samples };
}

/** @throws AlixError 'bad-image' where it is none, or of another size than the report says */
async function readPicture(path: string, size: ComparedPictures['size']): Promise<Uint8Array> {
  const { pixels, height, width, channels } = decodePng(await readRegular(path, MOST), path);
  if (height === size.height && width === size.width && channels === size.channels) return pixels;
  throw new AlixError('bad-image', 'a picture of another size than the report says', {
    where: path,
    expected: `${size.height}x${size.width}x${size.channels}`,
    found: `${height}x${width}x${channels}`,
    remedy: 'run `alix eval` again',
  });
}

/** Models by their names; where two have one name, by what tells them apart first: steps, precision, folder, number. */
export function named(reports: readonly ReportFile[]): NamedRecord[] {
  const ways: readonly ((report: ReportFile, at: number) => string)[] = [
    () => '',
    ({ record: { model } }) => (model.steps === undefined ? '' : ` (${model.steps} steps)`),
    ({ record: { model } }) => (model.precision === undefined ? '' : ` (${model.precision})`),
    ({ folder }) => ` (${basename(resolve(folder))})`,
    (_, at) => ` (report ${at + 1})`,
  ];
  const isOther = (report: ReportFile, other: ReportFile) =>
    report !== other && report.record.model.name === other.record.model.name;
  return reports.map((report, at) => {
    const others = reports.flatMap((other, i) => (isOther(report, other) ? [{ other, i }] : []));
    const way = ways.find((one) => others.every(({ other, i }) => one(report, at) !== one(other, i))) ?? ways.at(-1)!;
    return { label: `${report.record.model.name}${way(report, at)}`, record: report.record };
  });
}
