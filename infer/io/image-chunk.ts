/** Some image files read and decoded together, as plain data that cross to another thread and back. Node only. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { describeSystemError, tooLarge } from './files.js';
import { decodeToShape } from './image-file.js';
import { type ImageShape, MAX_FILE } from './pixels.js';
import { type SentError, sentError } from './sent-error.js';

/** Where an image is: a file, or a part of one. */
export interface Place {
  readonly path: string;
  /** A member of an archive: its name, and where its bytes lie. */
  readonly part?: { readonly name: string; readonly offset: number; readonly size: number };
}

/** What a chunk of places holds. */
export interface Chunk {
  /** uint8 [n,H,W,C]: a row to each place, zeros where it could not be read */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly errors: readonly { readonly index: number; readonly error: SentError }[];
}

/** Files that are in memory at once: each may be far larger than its image. */
const LANES = 8;

/** Reads on this thread, and waits for the disk: for a worker. Whatever an image can cause is in `errors`. */
export async function readChunk(places: readonly Place[], shape: ImageShape): Promise<Chunk> {
  const values = shape.height * shape.width * shape.channels;
  const pixels = new Uint8Array(places.length * values);
  const errors: Chunk['errors'][number][] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < places.length; index = next++)
      try {
        pixels.set(await readPlace(places[index] as Place, shape), index * values);
      } catch (error) {
        errors.push({ index, error: sentError(error) });
      }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    closeArchive();
  }
  return { pixels, errors };
}

/** The name of a place in messages. */
const whereOf = ({ path, part }: Place): string => (part ? `${path}:${part.name}` : path);

async function readPlace(place: Place, shape: ImageShape): Promise<Uint8Array> {
  const where = whereOf(place);
  return decodeToShape(bytesOf(place), shape, where);
}

function bytesOf({ path, part }: Place): Uint8Array {
  try {
    const size = part ? part.size : statSync(path).size;
    if (size > MAX_FILE) throw tooLarge(whereOf({ path, ...(part && { part }) }), MAX_FILE, size);
    if (!part) return readFileSync(path);
    const bytes = Buffer.allocUnsafe(part.size);
    const file = openArchive(path);
    for (let at = 0; at < part.size; ) {
      const found = readSync(file, bytes, at, part.size - at, part.offset + at);
      // the decoder says what is wrong with half an image
      if (found === 0) return bytes.subarray(0, at);
      at += found;
    }
    return bytes;
  } catch (error) {
    throw describeSystemError(error, path);
  }
}

/** The archive that was read last: the places of a chunk mostly share it. */
let archive: { readonly path: string; readonly file: number } | undefined;

function openArchive(path: string): number {
  if (archive?.path !== path) {
    closeArchive();
    archive = { path, file: openSync(path, 'r') };
  }
  return archive.file;
}

function closeArchive(): void {
  if (archive) closeSync(archive.file);
  archive = undefined;
}
