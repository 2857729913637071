import { expect, test } from 'vitest';
import {
  lettersIn,
  lineHeight,
  lineWidth,
  shortened,
  shortenedInFront,
  wrapped,
  writeLine,
} from '../../cli/dist/pictures/lettering.js';

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

test('each letter has a shape of its own, and what has none is a question mark', () => {
  const all = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-/()[]%_+=?!#&*@~|±…<>"\''];
  expect(new Set(all.map((letter) => drawn(letter).join())).size).toBe(all.length);
  expect(drawn('字')).toEqual(drawn('?'));
});

test('letters with accents have shapes of their own, however they are written, and take one place', () => {
  const all = [...'aäáàâãåcçeéèêëiíìîïnñoöóòôõuüúùûAÄÁÀÂÅCÇEÉÈOÖÓUÜÚsšßøØ'];
  expect(new Set(all.map((letter) => drawn(letter).join())).size).toBe(all.length);
  for (const letter of all) {
    expect(drawn(letter.normalize('NFD')), letter).toEqual(drawn(letter.normalize('NFC')));
    expect(lineWidth(letter.normalize('NFD'), 2)).toBe(lineWidth('a', 2));
  }
  // a small letter stays as it is, below its accent
  const below = (text: string) => drawn(text).slice(2 * 60);
  expect(below('ü')).toEqual(below('u'));
  expect(drawn('Ø')).not.toEqual(drawn('0'));
  // of an accent that has no shape the letter is left, and two letters stand for one
  expect(drawn('e\u0359')).toEqual(drawn('e'));
  expect(drawn('æ')).toEqual(drawn('ae'));
});

test("the end of a file's name stays", () => {
  expect(shortenedInFront('IMG_20230101_123456.jpg', 14)).toBe('…01_123456.jpg');
  expect(shortenedInFront('a\u0308.png', 5)).toBe('a\u0308.png');
});
