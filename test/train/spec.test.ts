/** Shapes of rows, and what does not fit; the papers' tables themselves are in architectures/. */
import { chain, conv, fullyConnected, plan, type Row, transposedConv } from '@alix/train/spec';
import { describe, expect, it } from 'vitest';

const after = (input: number[], ...rows: Row[]) => plan('T', chain('x', input, 'y', rows)).outputs.y;

describe('shapes', () => {
  it("ALI's tables, all valid: 32 -> 28 -> 13 -> 10 -> 4 -> 1", () => {
    const valid = { padding: 'valid' } as const;
    const rows = [
      conv(5, 1, 32, '', valid),
      conv(4, 2, 64, '', valid),
      conv(4, 1, 128, '', valid),
      conv(4, 2, 256, '', valid),
      conv(4, 1, 512, '', valid),
    ];
    const heights = rows.map((_, i) => after([32, 32, 3], ...rows.slice(0, i + 1))?.[0]);
    expect(heights).toEqual([28, 13, 10, 4, 1]);
  });
  it('AIM Table 4: 2x2 with stride 1 and padding 1 grows 1 -> 2, so that 128 * 2 * 2 = 512', () =>
    expect(after([1, 1, 512], conv(2, 1, 128, '', { padding: 1 }))).toEqual([2, 2, 128]));
  it("'same' on an odd size", () => expect(after([7, 7, 3], conv(4, 2, 8))).toEqual([4, 4, 8]));
  it('an explicit padding with four different sides', () =>
    expect(
      after(
        [5, 6, 1],
        conv(3, 1, 1, '', {
          padding: [
            [1, 0],
            [0, 2],
          ],
        }),
      ),
    ).toEqual([4, 6, 1]));
  it('transposed: same, valid and cropped', () => {
    expect(after([7, 7, 8], transposedConv(4, 2, 3))).toEqual([14, 14, 3]);
    expect(after([1, 1, 8], transposedConv(4, 1, 3, '', { padding: 'valid' }))).toEqual([4, 4, 3]);
    expect(after([4, 4, 8], transposedConv(4, 2, 3, '', { padding: 1 }))).toEqual([8, 8, 3]);
  });
  it('counts the operations of a fully connected layer', () =>
    expect(plan('T', chain('x', [10], 'y', [fullyConnected(4)])).flops).toBe(80));
});

describe('what does not fit', () => {
  it.each([
    [
      'a window larger than its input',
      () => after([2, 2, 1], conv(5, 1, 1, '', { padding: 'valid' })),
      /T\.y\.0\.conv/,
    ],
    ['an unknown word', () => after([4], fullyConnected(2, 'gelu')), /"gelu" is not a layer word/],
    ['a word without its number', () => after([4], fullyConnected(2, 'lrelu')), /"lrelu" is not a layer word/],
    [
      'a word whose number is none',
      () => after([4], fullyConnected(2, 'lrelu(1e)')),
      /"lrelu\(1e\)" is not a layer word/,
    ],
    [
      'a broken number of features',
      () => after([4], fullyConnected(1.5)),
      /T\.y\.0\.fully-connected.*no whole size.*found 1\.5/,
    ],
    ['no features', () => after([4, 4, 1], conv(2, 1, 0)), /T\.y\.0\.conv.*at least 1, found 4x4x0/],
    ['dropout of all', () => after([4], fullyConnected(2, 'dropout(1)')), /T\.y\.1\.dropout.*less than 1, found 1/],
    [
      'two blocks of one name',
      () => {
        const block = { name: 'y', from: ['x'], rows: [fullyConnected(2)] };
        return plan('T', { inputs: { x: [4] }, blocks: [block, block], outputs: ['y'] });
      },
      /T: there are two of the name "y"/,
    ],
    ['maxout of a remainder', () => after([4], fullyConnected(7, 'maxout(2)')), /multiple of 2/],
  ])('%s', (_name, build, message) => expect(build).toThrow(message));
});
