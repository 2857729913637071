/** Two sides in turns, so that a machine that grows slower or busier does so for both. */
import { describeMachine, percent } from './machine.js';
import type { Measured } from './side.js';

export interface Pair {
  readonly alix: Measured;
  readonly peer: Measured;
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
): Promise<readonly Pair[]> {
  print(await describeMachine());
  const pairs: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const pair = i % 2 === 0 ? { alix: await alix(), peer: await peer() } : await reversed(alix, peer);
    pairs.push(pair);
    print(`pair ${i + 1}/${count}: ${side(pair.alix)}; ${side(pair.peer)}; ratio ${ratio(pair).toFixed(3)}`);
  }
  print(summary(pairs));
  return pairs;
}

async function reversed(alix: () => Promise<Measured>, peer: () => Promise<Measured>): Promise<Pair> {
  const second = await peer();
  return { alix: await alix(), peer: second };
}

const side = ({ what, images_per_second, others }: Measured): string =>
  `${what} ${images_per_second.toFixed(1)} images/s (others ${percent(others)})`;

export function summary(pairs: readonly Pair[]): string {
  const of = (pick: (pair: Pair) => number) => median(pairs.map(pick));
  const others = Math.max(...pairs.flatMap(({ alix, peer }) => [alix.others, peer.others]));
  const medians = `alix ${of(({ alix }) => alix.images_per_second).toFixed(1)}, peer ${of(({ peer }) => peer.images_per_second).toFixed(1)} images/s`;
  const warning = others > BUSY ? `; the machine was busy (others up to ${percent(others)}): measure again` : '';
  return `median of ${pairs.length}: ${medians}; median ratio ${of(ratio).toFixed(3)}${warning}`;
}
