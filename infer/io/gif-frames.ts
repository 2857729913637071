/** Whether a GIF moves. GIF89a specification, W3C copy, sections 17 to 27. */

/** True where there is a second frame. Of a damaged file what comes before the damage counts: decoding will tell the rest. */
export function hasSecondFrame(gif: Uint8Array): boolean {
  const table = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const blocksFrom = (at: number): number => {
    while ((gif[at] ?? 0) > 0) at += 1 + gif[at]!;
    return at + 1;
  };
  let frames = 0;
  for (let at = 13 + table(gif[10] ?? 0); at < gif.length; ) {
    const kind = gif[at];
    if (kind === 0x2c) {
      if (++frames > 1) return true;
      at = blocksFrom(at + 11 + table(gif[at + 9] ?? 0));
    } else if (kind === 0x21) at = blocksFrom(at + 2);
    else return false;
  }
  return false;
}
