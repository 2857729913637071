/** Does an architecture fit an objective? */
import { AlixError } from '@alix/infer/io/errors';
import type { Objective } from './objectives/objective.js';
import type { PlannedNetwork } from './spec.js';

const encoderOutputs = ['mean', 'sample'];

/**
 * Checks that an architecture has the networks that an objective names, with the inputs and outputs it needs.
 *
 * @throws AlixError 'mismatch' naming the network
 */
export function checkNetworks(
  objective: Objective,
  networks: ReadonlyMap<string, PlannedNetwork>,
  architecture: string,
) {
  for (const [name, signature] of Object.entries(objective.networks)) {
    const network = networks.get(name);
    const [inputs, output] = signature.split(' -> ');
    const found =
      network &&
      Object.keys(network.inputs)
        .filter((input) => input !== 'noise')
        .join(' ');
    const outputs = Object.keys(network?.outputs ?? {});
    const fits = output === 'posterior' ? outputs.some((o) => encoderOutputs.includes(o)) : outputs.join() === output;
    if (!network || found !== inputs || !fits)
      throw new AlixError('mismatch', `${objective.name} cannot be trained with this architecture`, {
        where: `${architecture}, network ${name}`,
        expected: signature,
        found: network ? `${found} -> ${outputs.join(' ')}` : 'no such network',
        remedy: 'choose another architecture: --set architecture.name=NAME',
      });
  }
}
