/** Which files an option or an operand takes, by the ends of their names: the shells offer these, and folders. */

const codes = ['.npy', '.safetensors', '.parquet', '.jsonl'];
const statistics = ['.safetensors', '.npz'];
const pictures = ['.png'];
const scripts = ['.ts', '.js'];

/** By an option's long name, by the verb and an option, or by the verb and the name of its operand. */
export const endings: Readonly<Record<string, readonly string[]>> = {
  '--config': ['.json'],
  '--extractor': ['.onnx'],
  '--classifier': ['.onnx'],
  '--lpips': ['.onnx'],
  '--reference': statistics,
  '--index': codes,
  'encode --output': codes,
  'decode codes': codes,
  'decode --output': pictures,
  'reconstruct --output': pictures,
  'sample --output': pictures,
  'interpolate --output': pictures,
  'manifold --output': pictures,
  'inpaint --output': pictures,
  'neighbours --output': [...pictures, '.json'],
  'eval features --output': statistics,
  'eval merge --output': statistics,
  'eval merge files': ['.safetensors'],
  'data info --output': pictures,
  'data make --output': ['.idx', '.npy'],
  'import manifest': ['.json'],
  'train what': ['.json', ...scripts],
  'recipes what': scripts,
};
