/** Damage to bytes whose format is not known. */
import type { Chance } from './chance.js';

type Mutator = (bytes: Uint8Array, chance: Chance, other: Uint8Array) => Uint8Array;

const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const changed = (bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  change(copy);
  return copy;
};
/** Heads are where formats are most easily broken. */
const place = (bytes: Uint8Array, chance: Chance) =>
  chance.below(chance.is(0.5) ? Math.min(bytes.length, 160) : bytes.length);
const EXTREMES = [
  0n,
  1n,
  -1n,
  255n,
  256n,
  2n ** 15n,
  2n ** 16n - 1n,
  2n ** 24n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
].concat([2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n]);
const NUMBERS = [
  '0',
  '-1',
  '1',
  '00',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e999',
  '99999999999999999999',
  '0x10',
  'NaN',
  '-0',
  '1.5',
  '',
].concat(['\u0661', '18446744073709551616', ' 7', '+3']);
const TOKENS = [
  '../',
  '/etc/passwd',
  '..\\',
  '\0',
  '\n',
  '\r\n',
  '__proto__',
  '\u202e',
  '\ud800',
  '\t',
  ' ',
  '"',
  "'",
  '%s',
  '\u001b[2J',
  ',',
  '\ufeff',
];

/** A run of ASCII digits to another number. */
const digits: Mutator = (bytes, chance) => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65_536)).toString('latin1');
  const runs = [...text.matchAll(/\d+/g)];
  if (runs.length === 0) return bytes;
  const { 0: run, index } = chance.pick(runs);
  return join(bytes.subarray(0, index), Buffer.from(chance.pick(NUMBERS)), bytes.subarray(index + run.length));
};

const mutators: readonly Mutator[] = [
  function flip(bytes, chance) {
    return changed(bytes, (copy) => {
      for (let n = 1 + chance.below(8); n > 0 && copy.length > 0; n--)
        copy[place(copy, chance)]! ^= 1 << chance.below(8);
    });
  },
  function run(bytes, chance) {
    const at = place(bytes, chance);
    const value = chance.pick([0, 255, 0x41, chance.below(256)]);
    return changed(bytes, (copy) => copy.fill(value, at, at + 1 + chance.below(chance.pick([4, 64, 1024]))));
  },
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance) => bytes.subarray(0, Math.max(0, bytes.length - 1 - chance.below(16))),
  function insert(bytes, chance) {
    const at = place(bytes, chance);
    const more = chance.bytes(1 + chance.below(chance.pick([1, 8, 700])));
    return join(bytes.subarray(0, at), more, bytes.subarray(at));
  },
  function remove(bytes, chance) {
    const at = place(bytes, chance);
    return join(bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(chance.pick([1, 8, 700]))));
  },
  function splice(bytes, chance, other) {
    return join(bytes.subarray(0, place(bytes, chance)), other.subarray(place(other, chance)));
  },
  function twice(bytes, chance) {
    const at = place(bytes, chance);
    const end = at + 1 + chance.below(chance.pick([16, 512, 4096]));
    return join(bytes.subarray(0, end), bytes.subarray(at));
  },
  function extreme(bytes, chance) {
    const width = chance.pick([1, 2, 4, 8]);
    if (bytes.length < width) return bytes;
    const start = Math.min(place(bytes, chance), bytes.length - width);
    const at = chance.is(0.5) ? start - (start % width) : start;
    const value = chance.is(0.8) ? chance.pick(EXTREMES) : BigInt(bytes.length - 2 + chance.below(5));
    const little = chance.is(0.5);
    return changed(bytes, (copy) => {
      for (let i = 0; i < width; i++) copy[at + (little ? i : width - 1 - i)] = Number((value >> BigInt(8 * i)) & 255n);
    });
  },
  function token(bytes, chance) {
    const at = place(bytes, chance);
    const over = chance.is(0.5) ? 0 : 1 + chance.below(4);
    return join(bytes.subarray(0, at), Buffer.from(chance.pick(TOKENS)), bytes.subarray(at + over));
  },
  digits,
  digits,
  function lines(bytes, chance) {
    const all = Buffer.from(bytes).toString('latin1').split('\n');
    const [from, to] = [chance.below(all.length), chance.below(all.length)];
    const line = all.splice(from, chance.is(0.5) ? 1 : 0)[0] ?? all[from] ?? '';
    if (chance.is(0.7)) all.splice(to, 0, line);
    return Buffer.from(all.join('\n'), 'latin1');
  },
];

/** One to four damages. @param other another valid input of the format */
export function mutateBytes(bytes: Uint8Array, chance: Chance, other: Uint8Array): Uint8Array {
  let out = bytes;
  for (let n = 1 + chance.below(chance.pick([1, 2, 4])); n > 0; n--) out = chance.pick(mutators)(out, chance, other);
  return out;
}
