import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '@alix/infer/io/safetensors';
import { describe, expect, it } from 'vitest';
import { bytes, formats, raw } from './fixture.js';

const file = bytes(formats.safetensors.file);

/** A file from any header and data, to try what no writer writes. */
function forge(header: unknown, data = new Uint8Array(8), length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

const two = (shape: number[], offsets: number[]) => ({ dtype: 'F32', shape, data_offsets: offsets });

describe('safetensors', () => {
  it('reads what the reference wrote', () => {
    const { tensors, metadata } = decodeSafetensors(file, 'reference');
    expect(metadata).toEqual({ step: '12' });
    expect([...tensors.keys()].sort()).toEqual(Object.keys(formats.safetensors.tensors).sort());
    for (const [name, { values, shape }] of Object.entries(formats.safetensors.tensors)) {
      expect(tensors.get(name)?.shape).toEqual(shape);
      expect(raw((tensors.get(name) as NamedTensor).data)).toEqual(bytes(values));
    }
    expect(tensors.get('count')?.data).toEqual(new BigInt64Array([2n ** 53n + 1n]));
    expect(tensors.get('b.moment')?.data).toEqual(new Float64Array([1e-300]));
  });

  it('writes the bytes that the reference wrote, whatever the order of the map', () => {
    const { tensors, metadata } = decodeSafetensors(file, 'reference');
    const backwards = new Map([...tensors].reverse());
    expect(encodeSafetensors(backwards, metadata)).toEqual(file);
  });

  it('reads from a buffer that begins anywhere', () => {
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(decodeSafetensors(shifted.subarray(3), 'x')).toEqual(decodeSafetensors(file, 'x'));
  });

  it('holds nothing, and names of any kind', () => {
    expect(decodeSafetensors(encodeSafetensors(new Map()), 'x').tensors.size).toBe(0);
    const names = ['__proto__', 'constructor', 'ü "\\', '2', '10'];
    const tensors = new Map(names.map((name, i) => [name, { shape: [1], data: Float32Array.of(i) }]));
    expect(decodeSafetensors(encodeSafetensors(tensors), 'x').tensors).toEqual(
      new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
  });

  it('refuses to write a shape that does not fit', () => {
    const wrong = new Map([['w', { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors(wrong)).toThrow(/tensor "w".*expected 3 values.*found shape \[2,2\]/);
  });

  it('refuses every truncation', () => {
    for (let length = 0; length < file.length; length++)
      expect(() => decodeSafetensors(file.subarray(0, length), 'cut.safetensors')).toThrow(/^cut\.safetensors: /);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a header longer than the file', forge({}, new Uint8Array(8), 2n ** 62n), /cut short/],
    ['a header that is no JSON', forge('{"a"'), /not a JSON object/],
    ['a header that is a list', forge([]), /not a JSON object/],
    ['an unknown dtype', forge({ a: { dtype: 'BF16', shape: [4], data_offsets: [0, 8] } }), /dtype.*found BF16/],
    ['offsets beyond the end', forge({ a: two([4], [0, 16]) }), /outside the file/],
    ['offsets in reverse', forge({ a: two([2], [8, 0]) }), /outside the file/],
    ['a negative offset', forge({ a: two([2], [-8, 0]) }), /not \{ dtype/],
    ['a fractional shape', forge({ a: two([0.5], [0, 2]) }), /not \{ dtype/],
    ['a shape that does not fit', forge({ a: two([3], [0, 8]) }), /shape \[3\] does not fit/],
    ['a shape that overflows', forge({ a: two([2 ** 40, 2 ** 40], [0, 8]) }), /does not fit/],
    ['arrays that overlap', forge({ a: two([2], [0, 8]), b: two([1], [4, 8]) }), /"b": overlap/],
    ['a gap', forge({ a: two([1], [4, 8]) }), /"a": overlap or gap/],
    ['data without a tensor', forge({ a: two([1], [0, 4]) }), /no tensor claims/],
    ['metadata that is no text', forge({ __metadata__: { a: 1 } }, new Uint8Array(0)), /__metadata__/],
  ])('refuses %s', (_, forged, message) => {
    expect(() => decodeSafetensors(forged, 'x')).toThrow(message);
  });
});
