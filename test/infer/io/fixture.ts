/** test/fixtures/io/formats.json, which test/oracles/io_formats.py makes with numpy, safetensors and Pillow. */
import { readFileSync } from 'node:fs';

interface Values {
  readonly values: string;
  readonly shape: readonly number[];
}

interface Formats {
  readonly npy: Readonly<Record<string, Values & { readonly file: string; readonly dtype: string }>>;
  readonly 'npy refused': Readonly<Record<string, string>>;
  readonly safetensors: { readonly file: string; readonly tensors: Readonly<Record<string, Values>> };
  readonly png: readonly { name: string; file: string; pixels: string; shape: readonly [number, number, number] }[];
  readonly 'animated png': string;
}

export const formats = JSON.parse(
  readFileSync(new URL('../../fixtures/io/formats.json', import.meta.url), 'utf8'),
) as Formats;

/** base64 to bytes in a buffer of their own. */
export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** The bytes under any array. */
export function raw(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
