/** Captions in pictures: letters, figures and signs of 5x7 pixels and two below the line, for pictures need no fonts of the machine. */
import type { Pixels } from '@alix/infer/io/png';

/** Tails of letters are below the seventh row. */
const [HEIGHT, WIDTH] = [9, 5];
/** With the space to the next one. */
const ADVANCE = WIDTH + 1;

/** Rows from the top, seven or with a tail nine, each a digit to the base 32 whose bits are the row's five pixels. */
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
  a: '00e1fhf',
  b: 'gguhhhu',
  c: '00egghe',
  d: '11fhhhf',
  e: '00ehvge',
  f: '698s888',
  g: '00fhhhf1e',
  h: 'gguhhhh',
  i: '40c444e',
  j: '2062222ic',
  k: 'ggikoki',
  l: 'c44444e',
  m: '00qllll',
  n: '00uhhhh',
  o: '00ehhhe',
  p: '00uhhhugg',
  q: '00fhhhf11',
  r: '00mpggg',
  s: '00fge1u',
  t: '88s8896',
  u: '00hhhhf',
  v: '00hhha4',
  w: '00hhlla',
  x: '00ha4ah',
  y: '00hhhhf1e',
  z: '00v248v',
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
  '"': 'aa00000',
  ';': '0cc0c48',
  '<': '248g842',
  '>': '8421248',
  '[': 'e88888e',
  ']': 'e22222e',
  '#': '0avava0',
  '&': 'cik8lid',
  '*': '04lel40',
  '@': 'ehnlngf',
  '~': '008l200',
  '|': '4444444',
  '±': '44v440v',
  '…': '000000l',
  ' ': '0000000',
  ß: 'ciimhhm',
  ø: '00fjlpu',
  Ø: 'fhjlphu',
  ı: '00c444e',
};

/** Two rows above a letter of five, by the combining sign that stands for them. */
const accents: Readonly<Record<string, string>> = {
  '\u0300': '84',
  '\u0301': '24',
  '\u0302': '4a',
  '\u0303': 'di',
  '\u0304': 'e0',
  '\u0306': 'he',
  '\u0307': '40',
  '\u0308': 'a0',
  '\u030a': 'e4',
  '\u030b': '9i',
  '\u030c': 'a4',
};
/** Below the seventh row. */
const tails: Readonly<Record<string, string>> = { '\u0327': '4c', '\u0328': '46' };

/** What stands for a letter that has no shape and is no letter with an accent. */
const instead: Readonly<Record<string, string>> = {
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  '–': '-',
  '—': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
};

/** Letters with their accents, as they take places in a line: a name that the system writes as letter and sign is as long as it looks. */
const lettersOf = (text: string): readonly string[] =>
  [...text]
    .map((letter) => instead[letter] ?? letter)
    .join('')
    .normalize('NFD')
    .match(/\P{M}\p{M}*/gu) ?? [];

/** Nine rows. An accent has the two above a small letter; a capital is drawn with five rows below it. */
function shapeOf(letter: string): string {
  const [base = '', ...marks] = letter;
  const above = marks.map((mark) => accents[mark]).find((rows) => rows !== undefined);
  const below = marks.map((mark) => tails[mark]).find((rows) => rows !== undefined);
  const own = (above !== undefined && base === 'i' ? shapes.ı : shapes[base]) ?? shapes['?'] ?? '';
  const isLow = own.startsWith('00');
  // of five rows a round O would be a small one
  const small = base === 'O' ? 'vhhhv' : [0, 2, 3, 4, 6].map((row) => own[row]).join('');
  const five = isLow ? own.slice(2) : small;
  const drawn = above === undefined || /[bdfhklt]/.test(base) ? own : above + five;
  return below === undefined ? drawn : drawn.slice(0, 7) + below;
}

/** Pixels that a line takes. */
export const lineHeight = (scale: number): number => HEIGHT * scale;
export const lineWidth = (text: string, scale: number): number =>
  Math.max(0, lettersOf(text).length * ADVANCE - 1) * scale;
/** Letters that fit into so many pixels. */
export const lettersIn = (width: number, scale: number): number => Math.floor((width / scale + 1) / ADVANCE);

/** At most so many letters: what is too much is left out of the middle. */
export function shortened(text: string, most: number): string {
  const letters = lettersOf(text);
  if (letters.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return [...letters.slice(0, most - 1 - tail), '…', ...letters.slice(letters.length - tail)].join('');
}

/** At most so many letters of a file's name: its end stays, where the names of one folder differ. */
export function shortenedInFront(text: string, most: number): string {
  const letters = lettersOf(text);
  return letters.length <= most ? text : ['…', ...letters.slice(letters.length - most + 1)].join('');
}

/** Lines of at most so many letters, broken between words; a longer word is shortened. */
export function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').map((long) => shortened(long, most))) {
    const longer = line === '' ? word : `${line} ${word}`;
    const isLong = lettersOf(longer).length > most;
    if (isLong) lines.push(line);
    line = isLong ? word : longer;
  }
  return line === '' ? lines : [...lines, line];
}

/**
 * Writes a line in black from (left, top) on; what leaves the picture is cut off. Accents without a shape are left out, and letters
 * without one are question marks.
 */
export function writeLine(sheet: Pixels, text: string, left: number, top: number, scale: number): void {
  lettersOf(text).forEach((letter, place) => {
    const shape = shapeOf(letter);
    for (let y = 0; y < HEIGHT * scale; y++) {
      const bits = Number.parseInt(shape[Math.floor(y / scale)] ?? '0', 32);
      for (let x = 0; x < WIDTH * scale; x++) {
        if (!((bits >> (WIDTH - 1 - Math.floor(x / scale))) & 1)) continue;
        const [row, column] = [top + y, left + place * ADVANCE * scale + x];
        if (row < 0 || row >= sheet.height || column < 0 || column >= sheet.width) continue;
        const at = (row * sheet.width + column) * sheet.channels;
        sheet.pixels.fill(0, at, at + sheet.channels);
      }
    }
  });
}
