/** Does an architecture fit an objective, and do its parts fit each other? */
import { AlixError } from '@alix/infer/io/errors';
import type { Objective, Options } from './objectives/objective.js';
import type { ArchitectureSpec, PlannedNetwork, Shape } from './spec.js';

const encoderOutputs = ['mean', 'sample'];

type Networks = ReadonlyMap<string, PlannedNetwork>;

/**
 * Checks that an architecture has the networks that an objective names, with the inputs and outputs it needs, and that
 * what one network puts out is of the size that the next one reads.
 *
 * @throws AlixError 'mismatch' naming the network, what was expected and what was found
 */
export function checkNetworks(
  objective: Objective,
  options: Options,
  networks: Networks,
  { data, latent }: ArchitectureSpec,
  architecture: string,
): void {
  const misfit = (network: string, expected: string, found: string) =>
    new AlixError('mismatch', `${objective.name} cannot be trained with this architecture`, {
      where: `${architecture}, network ${network}`,
      expected,
      found,
      remedy: 'choose another architecture: --set architecture.name=NAME',
    });
  for (const [name, signature] of Object.entries({ ...objective.networks, ...objective.optional })) {
    const network = networks.get(name);
    if (!network && objective.optional && name in objective.optional) continue;
    if (!network) throw misfit(name, signature, 'no such network');
    const [inputs, output = ''] = signature.split(' -> ');
    const read = Object.keys(network.inputs).filter((input) => input !== 'noise');
    const given = Object.keys(network.outputs);
    if (read.join(' ') !== inputs || !gives(given, output))
      throw misfit(name, signature, `${read.join(' ')} -> ${given.join(' ')}`);
    // a classifier has as many answers as its data have labels; any other critic answers one number unless it says more
    const size = objective.sizes?.(options)[name] ?? (output === 'logit' && !objective.classifier ? 1 : undefined);
    const last = Object.values(network.outputs)[0]?.at(-1);
    if (size !== undefined && size !== last)
      throw misfit(name, `${output} of ${size} number${size === 1 ? '' : 's'}`, `${last}`);
  }
  // stacked latents have codes of several sizes; without them every z is the latent
  const isStacked = Object.entries(objective.optional ?? {}).some(
    ([name, signature]) => networks.has(name) && signature.endsWith('-> posterior'),
  );
  const shapes = new Map<string, Shape>([['x', data.shape], ...(isStacked ? [] : [['z', [latent.size]] as const])]);
  for (const { outputs } of networks.values())
    for (const [output, shape] of Object.entries(outputs)) if (!shapes.has(output)) shapes.set(output, shape);
  for (const { name, inputs, outputs } of networks.values()) {
    for (const [port, shape] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
      const expected = shapes.get(port);
      if (!isInternal(port) && expected && expected.join() !== shape.join())
        throw misfit(`${name}, ${port}`, expected.join('x'), shape.join('x'));
    }
    for (const spread of ['log_variance', 'log_sigma']) {
      const [expected, found] = [outputs.mean?.join('x'), outputs[spread]?.join('x')];
      // one number for all of a code would be spread over it without a word
      if (expected && found && expected !== found) throw misfit(`${name}, ${spread}`, expected, found);
    }
    for (const code of isStacked ? [] : encoderOutputs)
      if (outputs[code] && outputs[code].join() !== `${latent.size}`)
        throw misfit(`${name}, ${code}`, `${latent.size}`, outputs[code].join('x'));
  }
}

function gives(outputs: readonly string[], wanted: string): boolean {
  if (wanted === 'posterior') return outputs.some((o) => encoderOutputs.includes(o));
  if (wanted === 'likelihood') return outputs[0] === 'x' && outputs.slice(1).every((o) => o === 'log_scale');
  return outputs.join() === wanted;
}

/** Names that networks may give outputs of different sizes: critics' logits, an encoder's statistics. */
const isInternal = (port: string) =>
  ['noise', 'logit', 'log_scale', 'log_variance', 'log_sigma', ...encoderOutputs].includes(port);
