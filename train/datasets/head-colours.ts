/** Whether an image is grey, from the first bytes of its file. */
import { isPng } from '@alix/infer/io/pixels';

export type Colours = 'grey' | 'colour';

/** PNG: colour types without colour are 0 and 4. JPEG: a frame of one component. Undefined where the head does not say. */
export function headColours(head: Uint8Array): Colours | undefined {
  if (isPng(head)) return head.length < 26 ? undefined : [0, 4].includes(head[25] as number) ? 'grey' : 'colour';
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  // segments of a marker and a length, up to the frame header: ITU-T T.81, annex B
  for (let at = 2; at + 10 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker < 0xffc0 || marker === 0xffff) return undefined;
    if (marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker))
      return view.getUint8(at + 9) === 1 ? 'grey' : 'colour';
  }
  return undefined;
}
