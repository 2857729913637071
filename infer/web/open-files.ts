/** A model bundle as a list of files: chosen in a dialog, or dropped on the page. */
import { parseBundle } from '../bundle.js';
import { AlixError } from '../io/errors.js';
import { sha256 } from '../io/sha256.js';
import type { OpenBundle } from '../model.js';

const REMEDY = 'choose all files of a model folder that `alix export` wrote';

/** Of a model.json, which is some 100 KB, in bytes. */
const MAX_MANIFEST = 64 << 20;

/**
 * Reads the model.json among the files. Names count, folders do not.
 *
 * @throws AlixError 'no-bundle', 'bad-bundle', 'bundle-too-new'
 */
export async function openFiles(list: readonly File[]): Promise<OpenBundle> {
  const manifests = list.filter(({ name }) => name === 'model.json');
  const [manifest] = manifests;
  if (!manifest || manifests.length > 1)
    throw new AlixError('no-bundle', manifest ? 'more than one model.json' : 'no model.json among the files', {
      where:
        list
          .slice(0, 5)
          .map(({ name }) => name)
          .join(', ') || 'no files',
      remedy: REMEDY,
    });
  if (manifest.size > MAX_MANIFEST)
    throw new AlixError('no-bundle', 'the file is too large for a model.json', {
      where: manifest.name,
      expected: `at most ${MAX_MANIFEST} bytes`,
      found: `${manifest.size}`,
      remedy: REMEDY,
    });
  const text = await bytesOf(manifest);
  const bundle = parseBundle(new TextDecoder().decode(text), manifest.name);
  return {
    bundle,
    sha256: await sha256(text),
    files: {
      where: (name) => name,
      async read(name) {
        const file = list.find((candidate) => candidate.name === name);
        const { bytes, sha256: promised } = bundle.files[name]!;
        const refuse = (what: string, expected?: string, found?: string): never => {
          throw new AlixError('bad-bundle', what, {
            where: name,
            ...(expected && { expected }),
            ...(found && { found }),
            remedy: REMEDY,
          });
        };
        if (!file) return refuse('a file that model.json names is not among the files');
        if (file.size !== bytes)
          return refuse('the file is not the one that model.json names', `${bytes} bytes`, `${file.size} bytes`);
        const content = await bytesOf(file);
        const found = await sha256(content);
        if (found !== promised)
          return refuse(
            'the file was altered: its checksum is not the one in model.json',
            `sha256 ${promised}`,
            `sha256 ${found}`,
          );
        return content;
      },
    },
  };
}

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new AlixError('bad-bundle', 'the file can no longer be read', { where: file.name, remedy: REMEDY, cause });
  }
}
