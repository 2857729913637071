/** What every data set that opens must be able to do. */
import type { Dataset } from '@alix/train/datasets/dataset';
import { isCount, isFinite32, product, sound } from '../format.js';

/** Reads all rows of a small data set, and looks at labels and shape. */
export async function checkRows(data: Dataset): Promise<void> {
  const { count, shape, labels, classes, attributes } = data;
  sound(isCount(count) && count < 1e6 && shape.every(isCount), `${count} rows of [${shape}]`);
  sound((labels === undefined) === (classes === undefined), 'labels and classes do not go together');
  if (labels)
    sound(
      labels.length === count && labels.every((label) => label < classes!),
      `labels ${labels.length} of ${count}, ${classes} classes`,
    );
  if (attributes)
    sound(
      attributes.values.length === count * attributes.count && attributes.values.every((v) => v <= 1),
      'attributes',
    );
  sound(/^[0-9a-f]{64}$/.test(data.fingerprint), `fingerprint ${data.fingerprint}`);
  const rows = Uint32Array.from({ length: Math.min(count, 64) }, (_, i) => count - 1 - i);
  const pixels = await data.pixels?.(rows);
  sound(
    !pixels || pixels.length === rows.length * product(shape),
    `${pixels?.length} values in ${rows.length} rows of [${shape}]`,
  );
  const batch = await data.batch(rows);
  sound(batch.length === rows.length * product(shape) && isFinite32(batch), 'a batch of another length, or not finite');
  if (data.kind === 'images')
    sound(
      batch.every((value) => value >= 0 && value <= 1),
      'pixels outside of [0,1]',
    );
}
