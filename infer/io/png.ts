/** PNG, to and from 8-bit pixels, through pngjs. The file is checked before anything of its size is allocated. */
import { createRequire } from 'node:module';
import { crc32, inflateSync } from 'node:zlib';
import { AlixError } from './errors.js';
import { isPng, MAX_PIXELS, type Pixels } from './pixels.js';
import { unfilter } from './png-scanlines.js';

export { isPng, MAX_PIXELS, type Pixels } from './pixels.js';

export interface DecodeOptions {
  /** Largest image, in pixels; default 100 million. Checked from the file's head. */
  readonly maxPixels?: number;
  /** Called with the size that the head states, before any pixel is decoded; what it throws ends the decoding. */
  readonly onSize?: ((size: { readonly height: number; readonly width: number }) => void) | undefined;
}

const REMEDY = 'the file is damaged; export or download it again';
const REMEDY_MAX = 'make the image smaller';

let loaded: typeof import('pngjs').PNG | undefined;
/** Of some twenty files, which most programs need none of: loaded when it is first needed. */
function pngjs(): typeof import('pngjs').PNG {
  loaded ??= (createRequire(import.meta.url)('pngjs') as typeof import('pngjs')).PNG;
  return loaded;
}

/**
 * Decodes a still PNG. Grey of 1, 2, 4 bits is scaled to 0..255; 16 bits become round(v·255/65535); a palette becomes
 * RGB; colour profiles and gamma are not applied. An alpha channel is dropped if every pixel is opaque; otherwise the
 * result has 4 channels, and what to do with them is the caller's affair.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-image' (not a PNG, truncated, wrong checksum, animated), 'too-large'
 */
export function decodePng(bytes: Uint8Array, where: string, options: DecodeOptions = {}): Pixels {
  const { maxPixels = MAX_PIXELS, onSize } = options;
  const { data, end, isPlain, ...head } = checkChunks(bytes, where, maxPixels);
  const { width, height, colour } = head;
  onSize?.({ height, width });
  const lines = inflate(data, scanBytes(head), where);
  const stored = samples[colour] as number;
  // what most files are, three times as fast; pngjs reads the rest
  if (isPlain && (stored === 1 || stored === 3)) {
    const pixels = unfilter(lines, height, width * stored, stored);
    if (pixels) return { height, width, channels: stored, pixels };
  }
  let rgba: Uint8Array;
  try {
    const decoded = pngjs().sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, end));
    rgba = decoded.data;
  } catch (cause) {
    throw new AlixError('bad-image', 'the PNG cannot be decoded', { where, remedy: REMEDY, cause });
  }
  const count = width * height;
  let opaque = true;
  for (let i = 3; i < rgba.length && opaque; i += 4) opaque = rgba[i] === 255;
  const channels = opaque ? (colour === 0 || colour === 4 ? 1 : 3) : 4;
  const pixels = new Uint8Array(count * channels);
  if (channels === 4) pixels.set(rgba);
  else
    for (let i = 0; i < count; i++)
      for (let c = 0; c < channels; c++) pixels[i * channels + c] = rgba[i * 4 + c] as number;
  return { height, width, channels, pixels };
}

/**
 * Encodes pixels [H,W,C] as an 8-bit PNG: grey for 1 channel, RGB for 3, RGBA for 4. The same pixels give the same
 * bytes under one version of zlib.
 */
export function encodePng(
  pixels: Uint8Array,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): Uint8Array {
  const colorType = ({ 1: 0, 3: 2, 4: 6 } as const)[channels];
  if (colorType === undefined || height < 1 || width < 1 || pixels.length !== height * width * channels)
    throw new AlixError('bad-image', 'these pixels do not make an image', {
      expected: `${height}x${width} pixels of 1, 3 or 4 channels`,
      found: `${pixels.length} bytes, ${channels} channels`,
    });
  const PNG = pngjs();
  const png = new PNG({ width, height });
  // pngjs packs from RGBA
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) png.data[i * 4 + c] = pixels[i * channels + (channels === 1 ? 0 : c)] as number;
    png.data[i * 4 + 3] = channels === 4 ? (pixels[i * channels + 3] as number) : 255;
  }
  return PNG.sync.write(png, { colorType, inputColorType: 6, inputHasAlpha: true, bitDepth: 8, deflateLevel: 9 });
}

interface Head {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly colour: number;
  readonly interlaced: boolean;
}

/** Samples per pixel of each colour type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Adam7: the first column and row of each pass, and its steps. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** How many bytes the scan lines take, each with its filter byte. */
function scanBytes({ width, height, depth, colour, interlaced }: Head): number {
  const lines = (columns: number, rows: number) =>
    columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * depth * (samples[colour] ?? 0)) / 8)) : 0;
  if (!interlaced) return lines(width, height);
  return PASSES.reduce(
    (sum, [x, y, dx, dy]) => sum + lines(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  );
}

/** The scan lines, as many as there must be: pngjs would make an image of fewer. */
function inflate(data: readonly Uint8Array[], expected: number, where: string): Uint8Array {
  let lines: Uint8Array;
  try {
    const whole = data.length === 1 ? (data[0] as Uint8Array) : Buffer.concat(data);
    // one piece of output where that is small: zlib makes it of 16 KiB at least
    const chunkSize = Math.min(Math.max(64, expected), 2 ** 16);
    lines = inflateSync(whole, { maxOutputLength: Math.max(1, expected), chunkSize });
  } catch (cause) {
    throw new AlixError('bad-image', "the PNG's image data are damaged", { where, remedy: REMEDY, cause });
  }
  if (lines.length === expected) return lines;
  throw new AlixError('bad-image', 'the PNG has too little image data', {
    where,
    expected: `${expected} bytes`,
    found: `${lines.length}`,
    remedy: REMEDY,
  });
}

/**
 * Walks the chunks: signature, lengths, IHDR first, IDAT present, IEND last. `isPlain`: 8 bits, grey or RGB, not interlaced,
 * nothing transparent, and all checksums right, so that its scan lines are its pixels; else the checksums are left to pngjs.
 */
function checkChunks(bytes: Uint8Array, where: string, maxPixels: number) {
  const bad = (what: string): AlixError => new AlixError('bad-image', what, { where, remedy: REMEDY });
  if (!isPng(bytes)) throw bad('not a PNG file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: Head | undefined;
  const data: Uint8Array[] = [];
  let isPlain = true;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw bad('the PNG is truncated');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw bad('the PNG is truncated');
    if (head === undefined) {
      if (type !== 'IHDR' || length !== 13) throw bad('the PNG does not begin with its header');
      const [depth = 0, colour = 0, compression, filter, interlaced] = bytes.subarray(at + 16, at + 21);
      isPlain = depth === 8 && (colour === 0 || colour === 2) && !compression && !filter && interlaced === 0;
      head = {
        width: view.getUint32(at + 8),
        height: view.getUint32(at + 12),
        depth,
        colour,
        interlaced: interlaced === 1,
      };
      if (head.width === 0 || head.height === 0) throw bad('the PNG has no pixels');
      if (head.width * head.height > maxPixels)
        throw new AlixError('too-large', 'the image is too large', {
          where,
          expected: `at most ${maxPixels} pixels`,
          found: `${head.width}x${head.height}`,
          remedy: REMEDY_MAX,
        });
    }
    if (type === 'acTL')
      throw new AlixError('bad-image', 'an animated PNG', {
        where,
        expected: 'a still image',
        remedy: 'save the frames as separate images',
      });
    // of what must be understood (capital letters) only these; tRNS makes a colour transparent
    isPlain &&= /^(IHDR|IDAT|IEND|[a-z]...)$/s.test(type) && type !== 'tRNS';
    isPlain &&= crc32(bytes.subarray(at + 4, end)) === view.getUint32(end);
    if (type === 'IDAT') data.push(bytes.subarray(at + 8, end));
    if (type === 'IEND') {
      if (data.length === 0) throw bad('the PNG has no image data');
      // some programs leave bytes behind the end, which pngjs would refuse
      return { ...head, data, end: end + 4, isPlain };
    }
    at = end + 4;
  }
}
