/** Two sides in turns, so that a machine that grows slower or busier does so for both. */
import { describeMachine, percent } from './machine.js';
import type { Measured } from './side.js';

export interface Pair {
  readonly alix: Measured;
  readonly peer: Measured;
  /** Something else of alix's that took its turn with them. */
  readonly beside?: Measured;
}

export interface PairOptions {
  /** What is counted; images unless said. */
  readonly unit?: string;
  /** A third side, of alix's, whose ratio to the same peer is printed too. */
  readonly beside?: (() => Promise<Measured>) | undefined;
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [below = Number.NaN, above = Number.NaN] = [sorted[half - 1], sorted[half]];
  return sorted.length % 2 === 1 ? above : (below + above) / 2;
}

/** alix's images per second over the peer's: above 1, alix is the faster. */
export const ratio = ({ alix, peer }: Pair): number => alix.images_per_second / peer.images_per_second;

/** Above this share of others the figures are not to be quoted. */
const BUSY = 0.1;

/** Runs `count` pairs and prints each, then the medians. Which side starts changes from pair to pair. */
export async function runPairs(
  count: number,
  alix: () => Promise<Measured>,
  peer: () => Promise<Measured>,
  print: (line: string) => void,
  { unit = 'images', beside }: PairOptions = {},
): Promise<readonly Pair[]> {
  print(await describeMachine());
  const pairs: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const two = i % 2 === 0 ? { alix: await alix(), peer: await peer() } : await reversed(alix, peer);
    const pair: Pair = beside ? { ...two, beside: await beside() } : two;
    pairs.push(pair);
    const third = pair.beside ? `; ${side(pair.beside, unit)}, ratio ${besideRatio(pair).toFixed(3)}` : '';
    print(
      `pair ${i + 1}/${count}: ${side(pair.alix, unit)}; ${side(pair.peer, unit)}; ratio ${ratio(pair).toFixed(3)}${third}`,
    );
  }
  for (const line of summary(pairs, unit)) print(line);
  return pairs;
}

async function reversed(alix: () => Promise<Measured>, peer: () => Promise<Measured>): Promise<Pair> {
  const second = await peer();
  return { alix: await alix(), peer: second };
}

const besideRatio = ({ beside, peer }: Pair): number =>
  (beside?.images_per_second ?? Number.NaN) / peer.images_per_second;

const side = ({ what, images_per_second, others }: Measured, unit: string): string =>
  `${what} ${images_per_second.toFixed(1)} ${unit}/s (others ${percent(others)})`;

/** The medians, in a line for alix and one for what was beside it. */
export function summary(pairs: readonly Pair[], unit = 'images'): readonly string[] {
  const of = (pick: (pair: Pair) => number) => median(pairs.map(pick));
  const all = pairs.flatMap(({ alix, peer, beside }) => [alix, peer, ...(beside ? [beside] : [])]);
  const others = Math.max(...all.map((measured) => measured.others));
  const warning = others > BUSY ? `; the machine was busy (others up to ${percent(others)}): measure again` : '';
  const line = (name: string, rate: (pair: Pair) => number, over: (pair: Pair) => number) => {
    const medians = `${name} ${of(rate).toFixed(1)}, peer ${of(({ peer }) => peer.images_per_second).toFixed(1)} ${unit}/s`;
    return `median of ${pairs.length}: ${medians}; median ratio ${of(over).toFixed(3)}${warning}`;
  };
  const [third] = pairs.map(({ beside }) => beside);
  return [
    line('alix', ({ alix }) => alix.images_per_second, ratio),
    ...(third ? [line(third.what, ({ beside }) => beside?.images_per_second ?? Number.NaN, besideRatio)] : []),
  ];
}
