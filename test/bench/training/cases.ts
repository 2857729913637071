/** The steps that are measured, each a recipe's. */

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly recipe: string;
  /** The PyTorch side, in test/bench/peers; it does the recipe's own preset. */
  readonly peer: string;
  /** What a minibatch is made of. */
  readonly unit: 'images' | 'points';
  /** What alix's losses of critic and actor have and the peer's leave out. */
  readonly constants?: readonly [number, number];
  /** Another preset whose ratio to the same peer is printed beside. */
  readonly beside?: string;
}

/** The constant of a Gaussian's -log density per dimension. */
const gaussian = [0, Math.log(2 * Math.PI) / 2] as const;

export const cases: readonly Case[] = [
  {
    name: 'mnist',
    title: 'DALI on the MNIST networks of AIM Table 3',
    recipe: 'dali-mnist',
    peer: 'torch_dali_mnist.py',
    constants: gaussian,
    unit: 'images',
    beside: 'paper',
  },
  {
    name: 'dali64',
    title: 'DALI on the 64x64 networks of AIM Table 4',
    recipe: 'dali-celeba',
    peer: 'torch_dali_64.py',
    constants: gaussian,
    unit: 'images',
  },
  {
    name: 'ali-cifar10',
    title: 'ALI on the CIFAR-10 networks of its Table 2',
    recipe: 'ali-cifar10',
    peer: 'torch_ali_cifar10.py',
    unit: 'images',
  },
  {
    name: 'toy',
    title: "DALI on AIM's networks for the 25-Gaussian grid",
    recipe: 'dali-grid',
    peer: 'torch_dali_grid.py',
    constants: gaussian,
    unit: 'points',
  },
];

/** The case of this name. Throws an Error of one line that lists those there are. */
export function caseOf(name: string): Case {
  const found = cases.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`there is no case called "${name}"; there are ${cases.map((c) => c.name).join(', ')}`);
  return found;
}
