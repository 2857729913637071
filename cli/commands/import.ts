/** alix import: an encoder and a decoder made elsewhere, two ONNX files, to a model bundle. */
import type { CommandDefinition, Context } from './command.js';

interface Options {
  readonly output: string;
  readonly name?: string;
  readonly replace?: true;
}

const help = `
The manifest is JSON; paths in it are meant from it on. What differs between the two networks stands in "encoder" and "decoder".

  {
    "name": "faces-vae", "system": "vae", "dataset": "celeba", "licence": "CC-BY-4.0",
    "image": { "height": 64, "width": 64, "channels": 3, "layout": "NCHW", "range": [-1, 1] },
    "latent": { "size": 128, "prior": "normal" },
    "encoder": { "file": "encoder.onnx", "mean": "mu", "log_variance": "logvar" },
    "decoder": { "file": "decoder.onnx", "range": [0, 1] }
  }

layout        NCHW or NHWC: how a network's images lie; [N, H*W*C] in that order is seen by itself
range         what black and white are to it, or { "mean": [...], "std": [...] } that it was normalised with
prior         normal or uniform (on [-1, 1])
encoder       "std" in place of "log_variance", or neither, if it gives one code; "input", "mean" where a graph has several
decoder       "input" and "image" where it has several
name, system, dataset  may be left out

The graphs are float32 ONNX files of operator set 11 to 26, weights inside, with the batch alone of open size, in evaluation mode. From
PyTorch: torch.onnx.export(model.eval(), (x,), 'encoder.onnx', dynamo=True, external_data=False, dynamic_shapes=({0: 'N'},), ...).
Both are run, and the bundle is compared with them, before it appears.

Examples:
  alix import faces/manifest.json -o models/faces
  alix reconstruct models/faces photos/ -o grid.png
`;

export const importVerb: CommandDefinition = {
  name: 'import',
  define(program, context) {
    program
      .command('import')
      .description('an encoder and a decoder made elsewhere, two ONNX files, to a model bundle')
      .argument('<manifest>', 'a JSON file that says what the graphs read and put out')
      .requiredOption('-o, --output <model>', 'the folder of the bundle')
      .option('--name <name>', "the model's name (default: the manifest's, else the folder's)")
      .option('--replace', 'replace a bundle that is there already')
      .addHelpText('after', help)
      .action(async (manifest: string, options: Options, command) => run(manifest, options, context(command)));
  },
};

async function run(manifest: string, { output, name, replace }: Options, context: Context): Promise<void> {
  const [{ importBundle }, { loadModel, nodeRuntime }] = await Promise.all([
    import('@alix/export'),
    import('@alix/infer'),
  ]);
  const runtime = await nodeRuntime({ device: 'cpu' });
  try {
    const { bundle, parity, clipped } = await importBundle(manifest, output, {
      open: (bytes, where) => runtime.createSession(bytes, where),
      load: (folder) => loadModel(folder, { device: 'cpu' }),
      name,
      replace: replace === true,
    });
    const { licence, files } = bundle;
    if (context.json)
      return context.out(JSON.stringify({ output, name: bundle.name, licence, parity, clipped, files }));
    const { codes = 0, images = 0, n } = parity;
    context.log(
      `the bundle against the two graphs over ${n} images, largest differences: codes ${codes.toExponential(1)}, images ${images.toExponential(1)}`,
    );
    if (clipped > 0.01)
      context.log(
        `warning: ${(100 * clipped).toFixed(0)} % of what the decoder puts out lies outside its range and is clipped; check "range"`,
      );
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    context.log(`${output}: ${(bytes / 1e6).toFixed(1)} MB; next: \`alix reconstruct ${output} IMAGES -o grid.png\``);
  } finally {
    await runtime.dispose?.();
  }
}
