/** A PNG of 8 bits and one or three channels, in pages as in Node (infer/io/png.ts writes with Node's zlib). Specification: W3C PNG, third edition. */
import { crc32 } from '@alix/infer/io/crc32';
import { zlibSync } from 'fflate';
import type { ImageSize } from './images.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Colour types by channels: grey, and RGB. */
const COLOUR_TYPES = { 1: 0, 3: 2 } as const;

/** @param pixels uint8 [H,W,C] @returns a `data:` URL */
export function pngUrl(pixels: Uint8Array, size: ImageSize): string {
  let text = '';
  for (const byte of smallPng(pixels, size)) text += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(text)}`;
}

/** @param pixels uint8 [H,W,C] @returns the bytes of a PNG file */
export function smallPng(pixels: Uint8Array, { height, width, channels }: ImageSize): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8);
  const row = width * channels;
  // each row begins with its filter: none
  const rows = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const pieces = [
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ];
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(
    Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}
