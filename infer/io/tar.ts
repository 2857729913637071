/**
 * The members of a tar archive and where they lie in it, found by reading its headers alone: a member can then be read
 * at any time by its offset. ustar, GNU long names and large sizes, pax paths and sizes. Nothing is unpacked. Node only.
 */
import { AlixError } from './errors.js';
import type { FileWindow } from './file-window.js';
import {
  BLOCK,
  checkName,
  compressedTar,
  isZeroBlock,
  parseHeader,
  parsePax,
  type Refusal,
  text,
  upToNul,
} from './tar-header.js';

/** A file in an archive. */
export interface TarMember {
  /** Path in the archive, with '/', without "./" before it. */
  readonly name: string;
  /** Where its content begins, in bytes. */
  readonly offset: number;
  /** Bytes of content. */
  readonly size: number;
}

const REMEDY = 'the archive is damaged; copy or make it again';
/** Longest long name or pax header that is read: real ones are below 10 KB. */
const MAX_EXTENSION = 1024 * 1024;
/** How far the zeros behind the end are looked through: tar pads to 10 KiB unless told otherwise. */
const MAX_TAIL = 1024 * 1024;

/** What cannot be a sample, by a header's type. */
const REFUSED: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  '1': ['a hard link, which holds no data', 'pack it with tar --hard-dereference'],
  '2': ['a symbolic link, which holds no data', 'pack it with tar --dereference'],
  '3': ['a device', 'pack files only'],
  '4': ['a device', 'pack files only'],
  '6': ['a pipe', 'pack files only'],
  S: ['a sparse file, whose content is not in one piece', 'pack it without --sparse'],
  M: ['a part of a file of a multi-volume archive', 'pack it without --multi-volume'],
};

/**
 * The files of an archive in its order; folders are passed over.
 *
 * @throws AlixError 'bad-tar' naming the archive and the member or the offset, for one that is compressed, truncated,
 * damaged, or holds links, sparse files or paths that leave it
 */
export async function* tarMembers(file: FileWindow): AsyncGenerator<TarMember, void, undefined> {
  let at = 0;
  /** What long-name and pax headers have said of the member that follows. */
  let said: { name?: string; size?: number } | undefined;
  const place = (name?: string) => (name === undefined ? `${file.path}, byte ${at}` : `${file.path}:${name}`);
  const bad = (what: string, found?: string, remedy = REMEDY, name?: string) =>
    new AlixError('bad-tar', what, { where: place(name), remedy, ...(found ? { found } : {}) });
  const refuse: Refusal = (what, found) => bad(what, found);
  const ends = (where: string, needed: number) =>
    new AlixError('bad-tar', 'the archive is truncated', {
      where,
      expected: `at least ${needed} bytes`,
      found: `${file.size}`,
      remedy: 'copy or download it again',
    });

  for (;;) {
    const block = await file.at(at, BLOCK);
    if (at === 0) checkBeginning(block, file.path);
    if (block.length < BLOCK) throw ends(place(), at + 2 * BLOCK);
    if (isZeroBlock(block)) {
      if (said) throw refuse('the archive ends after a header that announces a member');
      return checkTail(file, at);
    }
    const header = parseHeader(block, at === 0 ? notTar(file.path) : refuse);
    const start = at + BLOCK;

    if (header.type === 'L' || header.type === 'K' || header.type === 'x' || header.type === 'g') {
      const { size } = header;
      if (size > MAX_EXTENSION) throw refuse('a header of names that is too long', `${size} bytes`);
      if (start + size > file.size) throw ends(place(), start + size);
      const content = await file.at(start, size);
      if (header.type === 'L') said = { ...said, name: text(upToNul(content)) };
      if (header.type === 'x') said = { ...said, ...parsePax(content, refuse) };
      // what is said of all members at once is a comment or a time; a name or a size would be nonsense
      if (header.type === 'g' && Object.keys(parsePax(content, refuse)).length > 0)
        throw refuse('a pax header that gives every member one name or size');
      at = start + padded(size);
      continue;
    }

    const name = checkName(said?.name ?? header.name, refuse);
    const size = said?.size ?? header.size;
    said = undefined;
    const refused = REFUSED[header.type];
    if (refused) throw bad(refused[0], undefined, refused[1], name);
    if (header.type === '5' || header.type === 'V') {
      // a folder's size says how much may be put into it; no data follow
      at = start;
      continue;
    }
    if (header.type !== '0') throw bad('a member of an unknown type', JSON.stringify(header.type), REMEDY, name);
    if (name === '') throw refuse('a member without a name');
    if (start + size > file.size) throw ends(place(name), start + size);
    at = start + padded(size);
    yield { name, offset: start, size };
  }
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

function checkBeginning(block: Uint8Array, where: string): void {
  if (block.length === 0) throw new AlixError('bad-tar', 'an empty file', { where, remedy: REMEDY });
  const compressed = compressedTar(block, where);
  if (compressed) throw compressed;
}

/** Of the first header: what is wrong with it is most likely that the file is something else. */
const notTar =
  (where: string): Refusal =>
  (what) =>
    new AlixError('bad-tar', `not a tar archive, or a damaged one: ${what}`, {
      where,
      remedy: 'name a tar archive, or make it again',
    });

/** Archives that were joined by `cat` have their second half behind the first one's end, where nobody would see it. */
async function checkTail(file: FileWindow, end: number): Promise<void> {
  for (let at = end; at < file.size && at < end + MAX_TAIL; at += BLOCK)
    if (!isZeroBlock(await file.at(at, BLOCK)))
      throw new AlixError('bad-tar', "something follows the archive's end", {
        where: `${file.path}, byte ${at}`,
        remedy: 'where archives were joined, name them one by one instead',
      });
}
