/** What a configuration would train: networks, shapes, parameters, cost. For `alix train --dry-run`. */
import type { RunConfig } from '@alix/train';

export async function describeDesign(config: RunConfig, json: boolean): Promise<string> {
  const { design } = await import('@alix/train/design');
  const { objective, preset, networks } = design(config);
  const all = [...networks.values()];
  if (json) {
    const rows = all.map(({ name, inputs, outputs, parameterCount, flops }) => ({
      name,
      inputs,
      outputs,
      parameters: parameterCount,
      flops,
    }));
    return JSON.stringify({ config, networks: rows });
  }
  const lines = all.flatMap((network) => [
    `${network.name}: ${network.parameterCount.toLocaleString('en')} parameters, ${(network.flops / 1e6).toFixed(2)} MFLOP an example`,
    ...network.blocks.flatMap((block) =>
      block.layers.map((layer) => `  ${layer.path.padEnd(34)} ${layer.input.join('x')} -> ${layer.output.join('x')}`),
    ),
  ]);
  return [
    `${objective.title}, ${preset.update} updates; ${config.architecture.name} on ${config.data.source}`,
    ...lines,
  ].join('\n');
}
