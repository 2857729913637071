/** alix import: an encoder and a decoder made elsewhere, two ONNX files, to a model bundle. */
import type { ImportOptions } from '@alix/export';
import type { CommandDefinition, Context } from './command.js';

interface Options {
  readonly output: string;
  readonly name?: string;
  readonly replace?: true;
  readonly dryRun?: true;
  readonly printConfig?: true;
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
      .option('--dry-run', 'check the manifest and run both graphs; write nothing')
      .option('--print-config', 'print the manifest with all that it leaves out; write nothing')
      .addHelpText('after', help)
      .action(async (manifest: string, options: Options, command) => run(manifest, options, context(command)));
  },
};

async function run(
  manifest: string,
  { output, name, replace, dryRun, printConfig }: Options,
  context: Context,
): Promise<void> {
  const [{ checkImport, importBundle }, { loadModel, nodeRuntime }] = await Promise.all([
    import('@alix/export'),
    import('@alix/infer'),
  ]);
  if (printConfig) {
    const { manifest: whole } = await checkImport(manifest, output, { name });
    return context.out(JSON.stringify(whole, null, 2));
  }
  const runtime = await nodeRuntime({ device: 'cpu' });
  const open: ImportOptions['open'] = (bytes, where) => runtime.createSession(bytes, where);
  try {
    if (dryRun) {
      const { manifest: whole, clipped = 0 } = await checkImport(manifest, output, { open, name });
      if (context.json) return context.out(JSON.stringify({ manifest: whole, clipped }));
      warnClipped(clipped, context);
      return context.log(`both graphs are what the manifest says, and run; nothing was written to ${output}`);
    }
    const { bundle, parity, clipped } = await importBundle(manifest, output, {
      open,
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
    warnClipped(clipped, context);
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    context.log(`${output}: ${(bytes / 1e6).toFixed(1)} MB; next: \`alix reconstruct ${output} IMAGES -o grid.png\``);
  } finally {
    await runtime.dispose?.();
  }
}

function warnClipped(clipped: number, context: Context): void {
  if (clipped <= 0.01) return;
  const part = `${(100 * clipped).toFixed(0)} %`;
  context.log(`warning: ${part} of what the decoder puts out lies outside its range and is clipped; check "range"`);
}
