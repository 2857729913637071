/** Damage to JSON that is still JSON, or nearly. */
import type { Chance } from './chance.js';

/** Text that stands as it is. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Json = null | boolean | number | string | Raw | Json[] | Pairs;
/** An object whose keys may repeat. */
class Pairs {
  readonly list: [key: string, value: Json][];
  constructor(list: [string, Json][]) {
    this.list = list;
  }
}

const deep = (n: number, open: string, close: string) => new Raw(open.repeat(n) + close.repeat(n));
const WORDS = [
  '',
  'x',
  '__proto__',
  'constructor',
  'toString',
  '../../x',
  '/etc/passwd',
  'a\nb',
  'a\u0000b',
  '\u001b[31m',
  '\ud800',
  'NaN',
  '1e5',
];

const hostile: readonly ((chance: Chance) => Json)[] = [
  () => null,
  (chance) => chance.is(0.5),
  () => [],
  () => new Pairs([]),
  (chance) => chance.pick([0, -1, 1, 0.5, -0.5, 255, 256, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 1e308, 5e-324, 1e21]),
  (chance) => new Raw(chance.pick(['-0', '1e999', '-1e999', '1E400', '12345678901234567890123', '0.1e1', '1e-400'])),
  (chance) => new Raw(chance.pick(['NaN', 'Infinity', 'undefined', '01', "'x'", '{', ']', '/**/'])),
  (chance) => chance.pick(WORDS),
  (chance) => 'y'.repeat(chance.pick([100, 5000, 300_000])),
  (chance) => {
    const [start, end] = chance.pick([['[', ']'] as const, ['{"a":[', ']}'] as const]);
    return deep(chance.pick([30, 3000, 60_000]), start, end);
  },
  () => new Pairs([['__proto__', new Pairs([['polluted', true]])]]),
  () =>
    new Pairs([
      ['length', 3],
      ['0', 1],
    ]),
  (chance) => Array.from({ length: chance.pick([1, 3, 20_000]) }, () => chance.pick<Json>([0, 'a', null])),
];

function parsed(value: unknown): Json {
  if (Array.isArray(value)) return value.map(parsed);
  if (typeof value === 'object' && value !== null)
    return new Pairs(Object.entries(value).map(([key, inner]) => [key, parsed(inner)]));
  return value as Json;
}

function text(value: Json): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (value instanceof Pairs)
    return `{${value.list.map(([key, inner]) => `${JSON.stringify(key)}:${text(inner)}`).join(',')}}`;
  return JSON.stringify(value);
}

/** Everything that holds a value, with its place. */
function* slots(
  value: Json,
): Generator<{ get(): Json; set(to: Json): void; pairs?: Pairs; list?: Json[]; at: number }> {
  const list = value instanceof Pairs ? value.list.map((_, i) => i) : Array.isArray(value) ? [...value.keys()] : [];
  for (const at of list) {
    if (value instanceof Pairs) {
      yield { get: () => value.list[at]![1], set: (to) => (value.list[at]![1] = to), pairs: value, at };
      yield* slots(value.list[at]![1]);
    } else if (Array.isArray(value)) {
      yield { get: () => value[at]!, set: (to) => (value[at] = to), list: value, at };
      yield* slots(value[at]!);
    }
  }
}

/** @param json valid; what is none comes back as it is */
export function mutateJson(json: string, chance: Chance): string {
  let root: Json;
  try {
    root = parsed(JSON.parse(json));
  } catch {
    return json;
  }
  for (let n = 1 + chance.below(3); n > 0; n--) {
    const all = [...slots(root)];
    if (all.length === 0 || chance.is(0.02)) return text(chance.pick(hostile)(chance));
    const slot = chance.pick(all);
    const { pairs, list, at } = slot;
    const kind = chance.below(8);
    if (kind < 4) slot.set(chance.pick(hostile)(chance));
    else if (kind === 4) (pairs?.list ?? list)!.splice(at, 1);
    // the second of two equal keys is the one that counts
    else if (kind === 5)
      pairs ? pairs.list.push([pairs.list[at]![0], chance.pick(hostile)(chance)]) : list!.push(slot.get());
    else if (kind === 6 && pairs) pairs.list.push([chance.pick(WORDS), chance.pick(hostile)(chance)]);
    else if (pairs) pairs.list[at]![0] = chance.pick(WORDS);
    else slot.set(typeof slot.get() === 'number' ? `${slot.get()}` : [slot.get()]);
  }
  return text(root);
}
