/**
 * safetensors: named arrays in one file, read without running anything; see safetensors-layout.ts for the format and
 * safetensors-file.ts for files too large for one array. The bytes are little-endian, as every machine is that JavaScript
 * runs on today.
 */
import { AlixError } from './errors.js';
import {
  type Dtype,
  dtypes,
  headerLength,
  layOut,
  product,
  readLayout,
  refusing,
  type TensorData,
} from './safetensors-layout.js';

export type { TensorData } from './safetensors-layout.js';

/** An array with its shape; row-major, `data.length` is the product of `shape`. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** The content of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of a safetensors file. The same content gives the same bytes, whatever the order of the map.
 *
 * @throws AlixError 'bad-tensor' when a shape does not fit its data
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { entries, head, bytes } = layOut(
    [...tensors].map(([name, { shape, data }]) => ({ name, shape, dtype: checkedDtype(name, shape, data) })),
    metadata,
  );
  const out = new Uint8Array(bytes);
  out.set(head);
  for (const { name, begin } of entries) out.set(bytesOf(tensors.get(name)?.data), head.length + begin);
  return out;
}

/** The dtype of an array. @throws AlixError 'bad-tensor' when it has none, or its shape or name is none */
export function checkedDtype(name: string, shape: readonly number[], data: TensorData): string {
  const dtype = [...dtypes].find(([, { holds }]) => holds(data))?.[0];
  if (dtype !== undefined && name !== '__metadata__' && product(shape) === data.length) return dtype;
  throw new AlixError('bad-tensor', 'an array that cannot be written as safetensors', {
    where: `tensor "${name}"`,
    expected: `${data.length} values of a supported type`,
    found: `shape [${shape}]`,
  });
}

/** The memory of an array, not copied. */
export const bytesOf = (data: TensorData | undefined): Uint8Array =>
  data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array();

/**
 * Reads the bytes of a safetensors file. Every length and offset is checked before it is used; the arrays are copies.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-safetensors'
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const refuse = refusing(where);
  const start = 8 + headerLength(bytes, bytes.length, refuse);
  const { entries, metadata } = readLayout(bytes.subarray(8, start), bytes.length - start, refuse);
  const tensors = entries.map(({ name, shape, dtype, begin, end }): [string, NamedTensor] => {
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(start + begin, start + end));
    return [name, { shape, data: (dtypes.get(dtype) as Dtype).make(copy) }];
  });
  return { tensors: new Map(tensors), metadata };
}
