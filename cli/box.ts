/** The rectangle that `alix inpaint --box` hides. */
import { InvalidArgumentError } from 'commander';

/** A rectangle of pixels, from the top left. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A parser for x,y,width,height. */
export function box(text: string): Box {
  const [x = -1, y = -1, width = 0, height = 0, ...more] = text.split(',').map((part) => {
    const value = Number(part);
    return part.trim() !== '' && Number.isSafeInteger(value) ? value : Number.NaN;
  });
  if (more.length > 0 || !(x >= 0 && y >= 0 && width >= 1 && height >= 1))
    throw new InvalidArgumentError('It is x,y,width,height in whole pixels from the top left, e.g. 7,7,14,14.');
  return { x, y, width, height };
}
