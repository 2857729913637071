import { decodeNpy, encodeNpy, isNpy, npyHeader } from '@alix/infer/io/npy';
import { describe, expect, it } from 'vitest';
import { bytes, formats, raw } from './fixture.js';

describe('npy', () => {
  it.each(Object.entries(formats.npy))('reads what numpy wrote: %s', (_, { file, values, shape, dtype }) => {
    const array = decodeNpy(bytes(file), 'a.npy');
    expect(array.shape).toEqual(shape);
    expect(array.dtype).toBe(dtype);
    expect(raw(array.data)).toEqual(bytes(values));
  });

  it.each(['f4', 'f8', 'i4', 'i8', 'u1', 'scalar', 'empty'])('writes the bytes that numpy wrote: %s', (key) => {
    const file = bytes(formats.npy[key]?.file ?? '');
    expect(encodeNpy(decodeNpy(file, 'x'))).toEqual(file);
  });

  it('has a head of a multiple of 64 bytes at every length', () => {
    for (let power = 0; power < 15; power++) {
      const head = npyHeader(
        '<f4',
        Array.from({ length: 6 }, () => 10 ** power),
      );
      expect(head.length % 64).toBe(0);
      expect(head[head.length - 1]).toBe(10);
    }
  });

  it.each([
    ['column-major', /column-major.*ascontiguousarray/],
    ['a type', /not read.*found >f4/],
    ['another type', /not read.*found <c16/],
  ])('refuses %s', (key, message) => {
    expect(() => decodeNpy(bytes(formats['npy refused'][key] ?? ''), 'a.npy')).toThrow(message);
  });

  it('refuses every truncation, and more than the shape says', () => {
    const file = bytes(formats.npy.f4?.file ?? '');
    for (let length = 0; length < file.length; length++)
      expect(() => decodeNpy(file.subarray(0, length), 'cut.npy')).toThrow(/^cut\.npy: /);
    expect(() => decodeNpy(new Uint8Array([...file, 0]), 'x')).toThrow(/expected 24 bytes, found 25/);
    expect(isNpy(file)).toBe(true);
    expect(isNpy(new Uint8Array(20))).toBe(false);
  });

  it('refuses a head that is damaged, and a shape that does not fit', () => {
    const file = bytes(formats.npy.f4?.file ?? '');
    file[12] = 0x58;
    expect(() => decodeNpy(file, 'x')).toThrow(/head cannot be read/);
    expect(() => encodeNpy({ shape: [2], data: new Float32Array(3) })).toThrow(/expected 3 values/);
  });
});
