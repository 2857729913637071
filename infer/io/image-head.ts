/** The size of an image from the first bytes of its file. */
import { isPng } from './pixels.js';

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** As many bytes as `headSize` needs of nearly every file. */
export const HEAD_BYTES = 1024;

/**
 * Height and width as a decoder would give them, of a PNG, JPEG, WebP, GIF or BMP; undefined where the head does not say, which is
 * not an error: the file may be of another format, damaged, or turned by the orientation that a camera recorded.
 *
 * @param head the file's first bytes, `HEAD_BYTES` of them where it has so many
 */
export function headSize(head: Uint8Array): ImageSize | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const size = isPng(head)
    ? png(view)
    : view.byteLength < 30
      ? undefined
      : (jpeg(view) ?? webp(view) ?? gif(view) ?? bmp(view));
  return size && size.height > 0 && size.width > 0 ? size : undefined;
}

function png(view: DataView): ImageSize | undefined {
  return view.byteLength < 24 ? undefined : { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Segments of a marker and a length, up to the frame header (SOF): ITU-T T.81, annex B. */
function jpeg(view: DataView): ImageSize | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    if (marker < 0xffc0 || marker === 0xffff) return undefined;
    const isFrame = marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    // "Exif": it may say that the image lies on its side
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** The size of the screen that the frames are put on. */
function gif(view: DataView): ImageSize | undefined {
  return isGif(view) ? { width: view.getUint16(6, true), height: view.getUint16(8, true) } : undefined;
}

const isGif = (view: DataView) => view.getUint32(0) === 0x47494638;

/** Whether the bytes begin as a GIF does, or as a WebP that says that it moves. */
export function mayMove(head: Uint8Array): 'gif' | 'webp' | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.byteLength < 30) return undefined;
  if (isGif(view)) return 'gif';
  const isExtended = view.getUint32(8) === 0x57454250 && view.getUint32(12) === 0x56503858;
  return isExtended && (view.getUint8(20) & 0x02) !== 0 ? 'webp' : undefined;
}

/** A negative height says that the first line is the uppermost. */
function bmp(view: DataView): ImageSize | undefined {
  if (view.getUint16(0) !== 0x424d || view.getUint32(14, true) < 40) return undefined;
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

/** RFC 9649: the first chunk is VP8 (lossy), VP8L (lossless) or VP8X (extended). */
function webp(view: DataView): ImageSize | undefined {
  const word = (at: number) => view.getUint32(at);
  if (word(0) !== 0x52494646 || word(8) !== 0x57454250) return undefined;
  const kind = word(12);
  if (kind === 0x56503820) {
    const isKey = view.getUint8(23) === 0x9d && view.getUint16(24) === 0x012a;
    return isKey ? { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff } : undefined;
  }
  if (kind === 0x5650384c && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  const flags = view.getUint8(20);
  // of an extended one, Exif may turn it
  if (kind !== 0x56503858 || (flags & 0x08) !== 0) return undefined;
  const three = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  return { width: three(24) + 1, height: three(27) + 1 };
}
