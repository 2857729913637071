import { gzipSync } from 'node:zlib';
import { gunzip } from '@alix/infer/io/gzip';
import { decodeIdx, encodeIdx, isIdx, parseIdx } from '@alix/infer/io/idx';
import { describe, expect, it } from 'vitest';

/** Two 2x3 images, byte by byte as the format's page describes it. */
const two = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  3,
  0,
  1,
  2,
  3,
  4,
  5,
  250,
  251,
  252,
  253,
  254,
  255,
);

describe('idx', () => {
  it('reads and writes', async () => {
    const array = await decodeIdx(two, 'x');
    expect(array.shape).toEqual([2, 2, 3]);
    expect([...array.data]).toEqual([0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]);
    expect(encodeIdx(array)).toEqual(two);
    expect(isIdx(two)).toBe(true);
    expect(() => encodeIdx({ shape: [5], data: new Uint8Array(4) })).toThrow(/expected 4 values/);
  });

  it('sees gzip by its content', async () => {
    expect(await decodeIdx(gzipSync(two), 'images')).toEqual(await decodeIdx(two, 'images'));
    const big = encodeIdx({ shape: [1000, 28, 28], data: new Uint8Array(784_000).map((_, i) => (i * i) >> 3) });
    const unpacked = await decodeIdx(gzipSync(big), 'images');
    expect(unpacked.shape).toEqual([1000, 28, 28]);
    expect(Buffer.compare(unpacked.data, big.subarray(16))).toBe(0);
  });

  it('refuses every truncation, naming the file', async () => {
    for (let length = 0; length < two.length; length++)
      expect(() => parseIdx(two.subarray(0, length), 'cut')).toThrow(/^cut: /);
    expect(() => parseIdx(two.subarray(0, 20), 'cut')).toThrow(
      /truncated \(expected 12 values of shape 2x2x3, found 4\)/,
    );
    const packed = gzipSync(two);
    for (const length of [2, 10, packed.length - 9, packed.length - 4, packed.length - 1])
      await expect(decodeIdx(packed.subarray(0, length), 'cut.gz')).rejects.toMatchObject({
        code: 'bad-idx',
        where: 'cut.gz',
      });
  });

  it('refuses damage inside gzip, and other files', async () => {
    const packed = gzipSync(two);
    packed[15] = (packed[15] as number) ^ 0xff;
    await expect(decodeIdx(packed, 'bad.gz')).rejects.toMatchObject({ code: 'bad-idx' });
    await expect(decodeIdx(gzipSync('hello there'), 'text.gz')).rejects.toThrow(/not an IDX file.*found 68 65 6c 6c/);
    await expect(decodeIdx(new TextEncoder().encode('hello'), 'text')).rejects.toThrow(/not an IDX file/);
    await expect(decodeIdx(new Uint8Array(0), 'empty')).rejects.toThrow(/found an empty file/);
    const floats = two.slice();
    floats[2] = 13;
    await expect(decodeIdx(floats, 'x')).rejects.toThrow(/expected unsigned bytes, found float32/);
    await expect(decodeIdx(Uint8Array.of(...two, 0), 'x')).rejects.toThrow(/longer than it says/);
  });

  it('stops unpacking what is longer than its head says', async () => {
    // 64 MB of zeros behind a head that promises 12 values
    const bomb = gzipSync(Buffer.concat([two, Buffer.alloc(64 << 20)]));
    await expect(decodeIdx(bomb, 'bomb.gz')).rejects.toThrow(/longer than it says/);
    const unpacked = await gunzip(bomb, 'bomb.gz', () => two.length);
    expect(unpacked.length).toBeGreaterThan(two.length);
    expect(unpacked.length).toBeLessThan(1 << 20);
    // dimensions whose product no memory holds
    const huge = Uint8Array.of(0, 0, 8, 3, ...Array(12).fill(255));
    await expect(decodeIdx(huge, 'huge')).rejects.toThrow(/more values than are read at once/);
  });
});
