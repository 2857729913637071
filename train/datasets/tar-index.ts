/** The samples of tar archives by WebDataset's conventions, and where their images lie. */
import { AlixError } from '@alix/infer/io/errors';
import { FileWindow } from '@alix/infer/io/file-window';
import { HEAD_BYTES, headSize, type ImageSize } from '@alix/infer/io/image-head';
import { type TarMember, tarMembers } from '@alix/infer/io/tar';
import { type Colours, headColours } from './head-colours.js';
import { imageFormat } from './image-format.js';
import { checkBytes, sizeInside } from './image-survey.js';
import type { Shard } from './rows/tar.js';

/** Samples of one shard, in the order in which they first appear. */
export interface ShardIndex {
  readonly shard: Shard;
  readonly samples: readonly ImageSample[];
}

interface Sample {
  /** The path up to the first dot of its last part: what the members of a sample share. */
  readonly key: string;
  /** The member that is the image. */
  image?: TarMember;
  /** Its size, where that was asked for. */
  size?: ImageSize;
  /** Whether its head says that it is in colour, where its size was asked for. */
  colours?: Colours | undefined;
  /** Its file format (image-format.ts). */
  format?: string;
  /** Of the member .cls: a class number. */
  label?: number;
  /** Why the image cannot be read, as far as its head tells. */
  damage?: unknown;
}

export type ImageSample = Readonly<Sample> & { readonly image: TarMember; readonly format: string };

const NO_BYTES = new Uint8Array(0);
const IMAGES = new Set(['png', 'jpg', 'jpeg', 'webp']);
const MAX_LABEL = 65_535;
/** A class number has at most five digits; the rest is white space. */
const MAX_LABEL_BYTES = 64;

/**
 * Walks an archive's headers. Of each sample the image (.png, .jpg, .jpeg or .webp) and the class number (.cls, as text)
 * count; other members are passed over.
 *
 * @param withSizes whether each image's size is read from its head
 * @param keepsDamaged whether an image that cannot be read is a sample with its `damage`, not an error
 * @throws AlixError 'bad-tar', 'bad-image', ... naming the archive and the member; 'bad-data' for a class without its image
 */
export async function indexShard(path: string, withSizes: boolean, keepsDamaged = false): Promise<ShardIndex> {
  const file = await FileWindow.open(path);
  try {
    const byKey = new Map<string, Sample>();
    let latest: Sample | undefined;
    for await (const member of tarMembers(file)) {
      const { key, extension } = splitName(member.name);
      if (extension !== 'cls' && !IMAGES.has(extension)) continue;
      // the members of a sample mostly follow each other
      const sample: Sample = latest?.key === key ? latest : (byKey.get(key) ?? { key });
      if (sample !== latest) byKey.set(key, sample);
      latest = sample;
      const where = `${path}:${member.name}`;
      if (extension === 'cls' ? sample.label !== undefined : sample.image)
        throw new AlixError('bad-tar', 'two members of one kind in a sample', {
          where,
          remedy: 'give each sample a name of its own up to the first dot',
        });
      if (extension === 'cls') sample.label = await readLabel(file, member, where);
      else {
        sample.image = member;
        sample.format = imageFormat(NO_BYTES, member.name);
        try {
          checkBytes(member.size, where);
          if (withSizes) Object.assign(sample, await look(file, member, where));
        } catch (error) {
          if (!keepsDamaged) throw error;
          sample.damage = error;
        }
      }
    }
    const samples = [...byKey.values()].map((sample) => withImage(sample, path));
    return { shard: { path, size: file.size, modified: file.modified }, samples };
  } finally {
    await file.close();
  }
}

/** A sample is known by its image or its class: one with a class alone has lost its image, or has it in a format that is not read. */
function withImage(sample: Sample, path: string): ImageSample {
  if (sample.image) return sample as ImageSample;
  throw new AlixError('bad-data', 'a class without its image', {
    where: `${path}:${sample.key}.cls`,
    expected: [...IMAGES].map((extension) => `${sample.key}.${extension}`).join(', '),
    found: 'none of them',
    remedy: 'pack the image too, or leave the class out',
  });
}

/** 'a/b.c.png' is the sample 'a/b' with the extension 'c.png'. */
function splitName(name: string): { readonly key: string; readonly extension: string } {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  if (dot < 0) return { key: name, extension: '' };
  return { key: name.slice(0, dot), extension: name.slice(dot + 1).toLowerCase() };
}

async function readLabel(file: FileWindow, { offset, size }: TarMember, where: string): Promise<number> {
  const bytes = await file.at(offset, Math.min(size, MAX_LABEL_BYTES));
  const text = Buffer.from(bytes).toString('latin1').trim();
  const label = Number(text);
  if (/^\d+$/.test(text) && size <= MAX_LABEL_BYTES && label <= MAX_LABEL) return label;
  throw new AlixError('bad-tar', 'a .cls member that is not a class number', {
    where,
    expected: `0 to ${MAX_LABEL}, as text`,
    found: JSON.stringify(text.slice(0, 20)),
    remedy: 'number the classes from 0',
  });
}

async function look(file: FileWindow, { name, offset, size }: TarMember, where: string) {
  const head = await file.at(offset, Math.min(size, HEAD_BYTES));
  const format = imageFormat(head, name);
  const colours = headColours(head);
  return {
    format,
    colours,
    size: headSize(head) ?? (await sizeInside(Uint8Array.from(await file.at(offset, size)), where)),
  };
}
