/** What is inside what, so that damage gets past checksums and compression. By the end of a file's name. */
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { crc32 } from '@alix/infer/io/crc32';

export interface Layer {
  readonly json?: true;
  /** The inner bytes; throws or gives undefined where there are none. */
  open(bytes: Uint8Array): Uint8Array | undefined;
  /** The outer ones around others. */
  close(inner: Uint8Array, outer: Uint8Array): Uint8Array;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const gzip: Layer = { open: (bytes) => gunzipSync(bytes), close: (inner) => gzipSync(inner) };

/** Length in 8 bytes, then JSON. */
const safetensors: Layer = {
  json: true,
  open: (bytes) => bytes.subarray(8, 8 + Number(view(bytes).getBigUint64(0, true))),
  close(inner, outer) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(inner.length));
    return Buffer.concat([length, inner, outer.subarray(8 + Number(view(outer).getBigUint64(0, true)))]);
  },
};

const npy: Layer = {
  open: (bytes) => bytes.subarray(10, 10 + view(bytes).getUint16(8, true)),
  close(inner, outer) {
    const head = Buffer.from(outer.subarray(0, 10));
    head.writeUInt16LE(inner.length & 0xffff, 8);
    return Buffer.concat([head, inner, outer.subarray(10 + view(outer).getUint16(8, true))]);
  },
};

/** The first compressed variable. */
const mat: Layer = {
  open: (bytes) => (view(bytes).getUint32(128, true) === 15 ? inflateSync(bytes.subarray(136)) : undefined),
  close(inner, outer) {
    const packed = deflateSync(inner);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15);
    tag.writeUInt32LE(packed.length, 4);
    const rest = outer.subarray(136 + view(outer).getUint32(132, true));
    return Buffer.concat([outer.subarray(0, 128), tag, packed, rest]);
  },
};

const layers: readonly (readonly [end: string, layer: Layer])[] = [
  ['.gz', gzip],
  ['.safetensors', safetensors],
  ['.npy', npy],
  ['.mat', mat],
];

export const layerOf = (path: string): Layer | undefined => layers.find(([end]) => path.endsWith(end))?.[1];

/** Each chunk's checksum made right. */
function png(bytes: Uint8Array): Uint8Array {
  const out = Buffer.from(bytes);
  for (let at = 8; at + 12 <= out.length; ) {
    const end = at + 8 + out.readUInt32BE(at);
    if (end + 4 > out.length) break;
    out.writeUInt32BE(crc32(out.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return out;
}

/** The checksum of each block that looks like a header. */
function tar(bytes: Uint8Array): Uint8Array {
  const out = Buffer.from(bytes);
  for (let at = 0; at + 512 <= out.length; at += 512) {
    const block = out.subarray(at, at + 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(' ', 148, 156);
    const sum = block.reduce((all, byte) => all + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return out;
}

const menders: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  '.png': png,
  '.tar': tar,
  '.tar.gz': tar,
};

/** The damaged bytes with the checksums that a format keeps of itself made right. @param path of the innermost layer's file */
export function mended(path: string, bytes: Uint8Array): Uint8Array {
  const end = Object.keys(menders).find((one) => path.endsWith(one));
  return end ? menders[end]!(bytes) : bytes;
}
