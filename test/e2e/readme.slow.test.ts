/** The commands of the READMEs that train, and export what was trained. */
import { describeWithTensorflow } from '../tensorflow.js';
import { needsTensorflow, walks, walkThrough } from './readme-walk.js';

for (const walk of walks) describeWithTensorflow(walk.readme, () => walkThrough(walk, needsTensorflow));
