/** The formats' readers and writers joined to the file system. Node only; the formats themselves know no files. */
import { readRegular, writeFileAtomic } from './files.js';
import { decodeIdx, type IdxArray } from './idx.js';
import { decodeNpy, encodeNpy, type NpyArray, type NpyData } from './npy.js';
import { type DecodeOptions, decodePng, encodePng, type Pixels } from './png.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor, type Safetensors } from './safetensors.js';

/** `decodeIdx` of a file. */
export async function readIdx(path: string): Promise<IdxArray> {
  return decodeIdx(await readRegular(path), path);
}

/** `decodeNpy` of a file. */
export async function readNpy(path: string): Promise<NpyArray> {
  return decodeNpy(await readRegular(path), path);
}

/** `encodeNpy` to a file, atomically. */
export function writeNpy(
  path: string,
  array: { readonly shape: readonly number[]; readonly data: NpyData },
): Promise<void> {
  return writeFileAtomic(path, encodeNpy(array));
}

/** `decodePng` of a file. */
export async function readPng(path: string, options: DecodeOptions = {}): Promise<Pixels> {
  return decodePng(await readRegular(path), path, options);
}

/** `encodePng` to a file, atomically. */
export function writePng(path: string, image: Pixels): Promise<void> {
  return writeFileAtomic(path, encodePng(image.pixels, image));
}

/** `decodeSafetensors` of a file. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  return decodeSafetensors(await readRegular(path), path);
}

/** `encodeSafetensors` to a file, atomically. */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  return writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}
