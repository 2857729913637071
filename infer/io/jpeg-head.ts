/** What the head of a JPEG says of its pixels: ITU-T T.81, annex B. */

export interface JpegHead {
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
}

const EXIF = 0x45786966;

/**
 * Of a JPEG as nearly all are: one or three components of 8 bits, and no Exif, which may turn it. Undefined for any other file: a decoder
 * then tells what it is.
 */
export function plainJpeg(bytes: Uint8Array): JpegHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  // segments of a marker and a length, up to the frame header
  for (let at = 2; at + 10 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker < 0xffc0 || marker === 0xffff) return undefined;
    if (marker === 0xffe1 && view.getUint32(at + 4) === EXIF) return undefined;
    if (marker > 0xffcf || marker === 0xffc4 || marker === 0xffc8 || marker === 0xffcc) continue;
    const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
    const [bits, components] = [view.getUint8(at + 4), view.getUint8(at + 9)];
    const isPlain = bits === 8 && (components === 1 || components === 3) && height > 0 && width > 0;
    return isPlain ? { height, width, isGrey: components === 1 } : undefined;
  }
  return undefined;
}
