/** Captions in pictures: capital letters, figures and a few signs in 5x7 pixels, for pictures need no fonts of the machine. */
import type { Pixels } from '@alix/infer/io/png';

const [HEIGHT, WIDTH] = [7, 5];
/** With the space to the next one. */
const ADVANCE = WIDTH + 1;

/** Seven rows from the top, each a digit to the base 32 whose bits are the row's five pixels. */
const shapes: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hha4444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  '.': '00000cc',
  ',': '0000448',
  ':': '0cc0cc0',
  '-': '000e000',
  '/': '01248g0',
  '(': '2488842',
  ')': '8422248',
  '%': 'op248j3',
  _: '000000v',
  '+': '044v440',
  '=': '00v0v00',
  '?': 'eh12404',
  '!': '4444404',
  "'": '4480000',
  ' ': '0000000',
};

/** Pixels that a line takes. */
export const lineHeight = (scale: number): number => HEIGHT * scale;
export const lineWidth = (text: string, scale: number): number => Math.max(0, [...text].length * ADVANCE - 1) * scale;

/** Writes a line in black from (left, top) on; what leaves the picture is cut off. Letters without a shape are question marks. */
export function writeLine(sheet: Pixels, text: string, left: number, top: number, scale: number): void {
  [...text.toUpperCase()].forEach((letter, place) => {
    const shape = shapes[letter] ?? shapes['?'] ?? '';
    for (let y = 0; y < HEIGHT * scale; y++) {
      const bits = Number.parseInt(shape[Math.floor(y / scale)] ?? '0', 32);
      for (let x = 0; x < WIDTH * scale; x++) {
        if (!((bits >> (WIDTH - 1 - Math.floor(x / scale))) & 1)) continue;
        const [row, column] = [top + y, left + place * ADVANCE * scale + x];
        if (row < 0 || row >= sheet.height || column < 0 || column >= sheet.width) continue;
        sheet.pixels.fill(
          0,
          (row * sheet.width + column) * sheet.channels,
          (row * sheet.width + column + 1) * sheet.channels,
        );
      }
    }
  });
}
