/** The codes that a verb is given: those of another model are refused. */
import { checkCodesModel, type Model } from '@alix/infer';
import { type CodesFile, openCodes } from '@alix/infer/io/codes-file';
import { AlixError } from '@alix/infer/io/errors';
import { tooLarge } from '@alix/infer/io/files';
import { decodeNpy, isNpy } from '@alix/infer/io/npy';

/** Codes in memory. */
export interface ReadCodes {
  /** float32 [n,d], all finite, d that of the model */
  readonly codes: Float32Array;
  readonly n: number;
  /** The images that they are of; undefined where nobody wrote them down. */
  readonly names: readonly string[] | undefined;
}

/**
 * Codes from a file, or with '-' from stdin, where nothing says what they are of.
 *
 * @param log told where it is not known which model made them
 * @throws AlixError 'bad-codes' for another shape or a description that does not fit, 'other-model', 'bad-latent' for a value that is not
 *   finite, 'bad-npy', 'not-found', ...
 */
export async function readCodes(path: string, model: Model, log: (text: string) => void): Promise<ReadCodes> {
  const where = path === '-' ? 'stdin' : path;
  const { size: d } = model.latent;
  const read = path === '-' ? await fromStdin() : await openCodes(path);
  if (read.n === 0) throw new AlixError('bad-codes', 'no codes', { where, remedy: 'encode some images' });
  checkCodesModel(model, read, where);
  if (!read.model) log(`${where}: nothing says which model made these codes; they are taken for this one's`);
  const codes = await read.all();
  const bad = codes.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return { codes, n: read.n, names: read.names };
  throw new AlixError('bad-latent', `code ${Math.floor(bad / d)} holds a value that is not finite`, {
    where,
    found: `${codes[bad]} at ${bad % d}`,
    remedy: 'encode the images again, or leave that code out',
  });
}

const MAGIC_BYTES = 6;
/** A pipe hands over 64 KiB at most, so that the beginning is looked at. */
const LOOKED_AT = 1 << 20;
const MAX_STDIN = 2 ** 32;

async function fromStdin(): Promise<Pick<CodesFile, 'n' | 'd' | 'names' | 'model' | 'all'>> {
  if (process.stdin.isTTY)
    throw new AlixError('usage', '- reads codes from stdin, and stdin is a terminal', {
      remedy: 'pipe them in, as in `alix encode ... -o - | alix decode MODEL - -o DIR`',
    });
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Uint8Array);
    total += (chunk as Uint8Array).length;
    // what is no such file may have no end
    if (total >= MAGIC_BYTES && total < LOOKED_AT && !isNpy(Buffer.concat(chunks))) break;
    if (total > MAX_STDIN) throw tooLarge('stdin', MAX_STDIN, total);
  }
  const { shape, data, dtype } = decodeNpy(Buffer.concat(chunks), 'stdin');
  const [n = 0, d = 0] = shape;
  if (shape.length !== 2 || !(data instanceof Float32Array || data instanceof Float64Array))
    throw new AlixError('bad-codes', 'not codes', {
      where: 'stdin',
      expected: 'float32 [N,d]',
      found: `${dtype} [${shape.join(',')}]`,
      remedy: 'pipe in what `alix encode -o -` writes',
    });
  return { n, d, names: undefined, model: undefined, all: async () => Float32Array.from(data) };
}
