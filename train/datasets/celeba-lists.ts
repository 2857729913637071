/** The text files of CelebA: which image is in which partition, and its attributes. */
import { AlixError } from '@alix/infer/io/errors';
import { badLine, checkOnce, readLines } from './lines.js';

/** A name alone: no path leads out of the folder. */
const IMAGE = /^[\w-][\w.-]*\.(jpe?g|png)$/i;

/** Names of images and a number from 0 to 2 for each: train, validation, test. */
export interface Partition {
  readonly names: readonly string[];
  readonly parts: Uint8Array;
}

/** @throws AlixError 'bad-data' naming the line */
export async function readPartition(path: string): Promise<Partition> {
  const lines = await readLines(path);
  const parts = new Uint8Array(lines.length);
  const names = lines.map((line, i) => {
    const [name, part, ...rest] = line.split(' ');
    if (!name || !IMAGE.test(name) || !part || !/^[012]$/.test(part) || rest.length > 0)
      throw badLine(path, i, 'not a line of list_eval_partition.txt', 'NAME.jpg and 0, 1 or 2', line);
    parts[i] = Number(part);
    return name;
  });
  checkOnce(names, path, 0);
  return { names, parts };
}

/** What an image is or is not, by the attributes' names. */
export interface Attributes {
  readonly names: readonly string[];
  /** uint8 [N,count] of 0 and 1, in the order of the images that were asked for. */
  readonly values: Uint8Array;
}

/**
 * @param images in the order of the file, which has no others
 * @throws AlixError 'bad-data' naming the line
 */
export async function readAttributes(path: string, images: readonly string[]): Promise<Attributes> {
  const [first = '', second = '', ...lines] = await readLines(path);
  const names = second.split(/ +/).filter(Boolean);
  if (!/^\d+ *$/.test(first) || names.length === 0 || names.includes('1') || names.includes('-1'))
    throw badLine(path, 0, 'not the head of list_attr_celeba.txt', 'a count, then a line of names', first);
  if (Number(first) !== lines.length || lines.length !== images.length)
    throw new AlixError('bad-data', 'the attributes do not fit the partitions', {
      where: path,
      expected: `${images.length} images, as in list_eval_partition.txt`,
      found: `${lines.length} lines and a count of ${first.trim()}`,
      remedy: 'take both files from one copy of CelebA',
    });
  const values = new Uint8Array(new SharedArrayBuffer(lines.length * names.length));
  for (const [i, line] of lines.entries()) {
    const [name, ...marks] = line.split(/ +/);
    if (name !== images[i])
      throw badLine(path, i + 2, 'attributes of another image', `${images[i]}, as in list_eval_partition.txt`, line);
    if (marks.at(-1) === '') marks.pop();
    const wrong = marks.find((mark) => mark !== '1' && mark !== '-1');
    if (marks.length !== names.length || wrong !== undefined)
      throw badLine(
        path,
        i + 2,
        'not a line of attributes',
        `${names.length} times 1 or -1`,
        wrong ?? `${marks.length}`,
      );
    for (const [k, mark] of marks.entries()) values[i * names.length + k] = mark === '1' ? 1 : 0;
  }
  return { names, values };
}
