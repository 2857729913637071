/** The codes that a verb is given, in any of the formats: those of another model are refused. */
import { checkCodesModel, type Model } from '@alix/infer';
import type { CodesFile } from '@alix/infer/io/codes-file';
import { AlixError } from '@alix/infer/io/errors';
import { aboutStdin, type Spooled, spool } from '@alix/infer/io/spool';
import { formats, openAnyCodes } from './formats.js';

/** Codes in memory. */
export interface ReadCodes {
  /** float32 [n,d], all finite, d that of the model */
  readonly codes: Float32Array;
  readonly n: number;
  /** The images that they are of; undefined where nobody wrote them down. */
  readonly names: readonly string[] | undefined;
}

/** Codes in their file, looked through once. */
export interface OpenedCodes extends Pick<CodesFile, 'n' | 'd' | 'names' | 'blocks' | 'all'> {
  /** The sum of what came through stdin; undefined for a file. */
  readonly stdin: Spooled | undefined;
}

/**
 * Opens codes of a file, or with '-' of stdin.
 *
 * @param log told where it is not known which model made them
 * @throws AlixError 'bad-codes' for another shape or a description that does not fit, 'other-model', 'bad-latent' for a value that is not
 *   finite, 'bad-npy', 'bad-parquet', 'not-found', ...
 */
export async function openModelCodes(
  path: string,
  model: Model,
  log: (text: string) => void,
  signal?: AbortSignal,
): Promise<OpenedCodes> {
  if (path !== '-') return { ...(await checked(path, path, model, log)), stdin: undefined };
  const expected = `codes as ${formats.map(({ name }) => name).join(', ')}`;
  const kinds = formats.map(({ name, begins }) => ({ name, begins, most: MAX_STDIN }));
  const stdin = await spool(process.stdin, { kinds, code: 'bad-codes', expected, signal });
  try {
    return { ...(await checked(stdin.path, 'stdin', model, log)), stdin };
  } catch (error) {
    throw aboutStdin(error, stdin);
  }
}

/** The same, in memory. */
export async function readCodes(
  path: string,
  model: Model,
  log: (text: string) => void,
  signal?: AbortSignal,
): Promise<ReadCodes> {
  const { n, names, all } = await openModelCodes(path, model, log, signal);
  return { codes: await all(), n, names };
}

/** They go to the disk: this only ends what has no end. */
const MAX_STDIN = 2 ** 40;

async function checked(
  path: string,
  where: string,
  model: Model,
  log: (text: string) => void,
): Promise<Omit<OpenedCodes, 'stdin'>> {
  const file = await openAnyCodes(path);
  const { n, d, names, blocks, all } = file;
  if (n === 0) throw new AlixError('bad-codes', 'no codes', { where, remedy: 'encode some images' });
  checkCodesModel(model, file, where);
  if (!file.model) log(`${where}: nothing says which model made these codes; they are taken for this one's`);
  let first = 0;
  for await (const block of blocks()) {
    refuseInfinite(block, d, first, where);
    first += block.length / d;
  }
  return { n, d, names, blocks, all };
}

function refuseInfinite(codes: Float32Array, d: number, first: number, where: string): void {
  const bad = codes.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new AlixError('bad-latent', `code ${first + Math.floor(bad / d)} holds a value that is not finite`, {
    where,
    found: `${codes[bad]} at ${bad % d}`,
    remedy: 'encode the images again, or leave that code out',
  });
}
