/** Many names in two arrays that threads share: a string of its own for each of a million files takes its room. */

export interface NameList {
  /** All names in UTF-8, one after the other; on a SharedArrayBuffer. */
  readonly text: Uint8Array;
  /** Where each name ends in `text`; on a SharedArrayBuffer. */
  readonly ends: Uint32Array;
}

const encoder = new TextEncoder();

export function packNames(names: readonly string[]): NameList {
  const ends = new Uint32Array(new SharedArrayBuffer(4 * names.length));
  let length = 0;
  for (let i = 0; i < names.length; i++) {
    length += Buffer.byteLength(names[i] as string);
    ends[i] = length;
  }
  const text = new Uint8Array(new SharedArrayBuffer(length));
  let at = 0;
  for (const name of names) {
    // encodeInto refuses shared memory
    const bytes = encoder.encode(name);
    text.set(bytes, at);
    at += bytes.length;
  }
  return { text, ends };
}

/** The name at place `i`. */
export function nameAt({ text, ends }: NameList, i: number): string {
  const start = i === 0 ? 0 : (ends[i - 1] as number);
  return Buffer.from(text.subarray(start, ends[i])).toString();
}
