import { expect, test } from 'vitest';
import { lettersIn, lineHeight, lineWidth, shortened, wrapped, writeLine } from '../../cli/dist/lettering.js';

const drawn = (text: string, scale = 1) => {
  const sheet = { height: lineHeight(scale), width: 60 * scale, channels: 1, pixels: new Uint8Array(0) } as const;
  const pixels = new Uint8Array(sheet.height * sheet.width).fill(255);
  writeLine({ ...sheet, pixels }, text, 0, 0, scale);
  return pixels;
};

test('a name is shortened in its middle, and what fits stays', () => {
  expect(shortened('holiday/IMG_0001.png', 11)).toBe('holid…1.png');
  expect(shortened('a.png', 5)).toBe('a.png');
  expect([...shortened('🦆🦆🦆🦆🦆', 3)]).toEqual(['🦆', '…', '🦆']);
});

test('lines break between words, and a word that is too long is shortened', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('a incomprehensible b', 6)).toEqual(['a', 'inc…le', 'b']);
  for (const line of wrapped('lorem ipsum dolor sit amet', 11)) expect(line.length).toBeLessThanOrEqual(11);
  expect(wrapped('', 5)).toEqual([]);
});

test('so many letters fit as their width says', () => {
  for (const scale of [1, 2, 3]) {
    expect(lettersIn(lineWidth('abcdefg', scale), scale)).toBe(7);
    expect(lettersIn(lineWidth('abcdefg', scale) - 1, scale)).toBe(6);
  }
});

test('each letter has a shape of its own; accents are left out, and what has none is a question mark', () => {
  const all = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-/()[]%_+=?!#&*@~|±…<>"\''];
  expect(new Set(all.map((letter) => drawn(letter).join())).size).toBe(all.length);
  expect(drawn('é')).toEqual(drawn('e'));
  expect(drawn('字')).toEqual(drawn('?'));
});
