/** The -o of the verbs that make pictures. */
import { AlixError } from '@alix/infer/io/errors';
import { refuseStdout } from '../stdout-bytes.js';
import { pictureOutput } from './files.js';

export interface Output {
  /** A path, or - for stdout. */
  readonly output: string;
  /** Whether one picture is made. */
  readonly grid: boolean;
}

/** @throws AlixError 'usage' where --resume is given without a folder */
export function needFolder(resume: true | undefined, { output, grid }: Output): void {
  if (resume && grid)
    throw new AlixError('usage', '--resume needs a folder to go on with', {
      where: output,
      remedy: 'name a folder with -o, or leave it out',
    });
}

/**
 * Where pictures go: what -o says; stdout where it says nothing and stdin is all that is read.
 *
 * @throws AlixError 'usage' where it is missing, no folder and no PNG, or a stdout that takes no picture
 */
export function outputOf(
  output: string | undefined,
  inputs: readonly string[],
  context: { readonly json: boolean },
): Output {
  const path = output ?? (inputs.length === 1 && inputs[0] === '-' ? '-' : undefined);
  if (path === undefined)
    throw new AlixError('usage', "required option '-o, --output <path>' not specified", {
      remedy: 'name a folder, a picture that ends in .png, or - for stdout',
    });
  refuseStdout(path, context);
  return { output: path, grid: pictureOutput(path) === 'grid' };
}
