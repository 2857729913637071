/** The verbs of the command line, in the order of the help. One line each. */
import type { CommandDefinition } from './command.js';
import { decode } from './decode.js';
import { doctor } from './doctor.js';
import { encode } from './encode.js';
import { evalVerb } from './eval.js';
import { exportVerb } from './export.js';
import { inpaint } from './inpaint.js';
import { interpolate } from './interpolate.js';
import { manifold } from './manifold.js';
import { models } from './models.js';
import { neighbours } from './neighbours.js';
import { quickstart } from './quickstart.js';
import { recipes } from './recipes.js';
import { reconstruct } from './reconstruct.js';
import { sample } from './sample.js';
import { setup } from './setup.js';
import { train } from './train.js';
import { web } from './web.js';

export const commands: readonly CommandDefinition[] = [
  quickstart,
  doctor,
  setup,
  recipes,
  train,
  exportVerb,
  models,
  encode,
  decode,
  reconstruct,
  sample,
  interpolate,
  manifold,
  inpaint,
  neighbours,
  evalVerb,
  web,
];
