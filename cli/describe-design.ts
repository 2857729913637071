/** What a configuration would train: networks, shapes, parameters, cost. For `alix train --dry-run`. */
import type { RunConfig } from '@alix/train';
import { flopsText } from './flops.js';

export async function describeDesign(config: RunConfig, json: boolean): Promise<string> {
  const [{ design }, { cost }] = await Promise.all([import('@alix/train/design'), import('@alix/train/cost')]);
  const found = design(config);
  const { objective, preset, networks } = found;
  const { flopsPerStep, passes } = await cost(found, config.batch);
  const all = [...networks.values()];
  if (json) {
    const rows = all.map(({ name, inputs, outputs, parameterCount, flops }) => ({
      name,
      inputs,
      outputs,
      parameters: parameterCount,
      flops,
      passes: passes[name],
    }));
    return JSON.stringify({ config, networks: rows, flopsPerStep });
  }
  const lines = all.flatMap((network) => {
    const { forward = 0, backward = 0, weights = 0 } = passes[network.name] ?? {};
    return [
      `${network.name}: ${network.parameterCount.toLocaleString('en')} parameters, ${flopsText(network.flops)} an example; ` +
        `passes in a step: ${forward} forward, ${backward} back, ${weights} to its weights`,
      ...[...network.blocks, ...(network.flow ? [network.flow] : [])].flatMap((block) =>
        block.layers.map((layer) => `  ${layer.path.padEnd(34)} ${layer.input.join('x')} -> ${layer.output.join('x')}`),
      ),
    ];
  });
  return [
    `${objective.title}, ${preset.update} updates; ${config.architecture.name} on ${config.data.source}`,
    ...lines,
    `a step of batch ${config.batch}: ${flopsText(flopsPerStep)}`,
  ].join('\n');
}
