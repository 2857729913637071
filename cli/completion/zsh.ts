/** Completion for zsh, by its own _arguments. */
import { type Flag, shared, type Values, type Verb } from './verbs.js';

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** In _arguments a colon ends a part, brackets hold what an option does. */
const plain = (text: string) => text.replace(/[\\:[\]]/g, '\\$&');

/** @param verbs alix itself first */
export function zsh(verbs: readonly Verb[]): string {
  const common = shared(verbs);
  const name = (path: readonly string[]) => ['_alix', ...path].join('_');
  const functions = verbs.map(({ path, verbs: below, flags, operands, repeats }) => {
    const own = new Set(flags.flatMap((flag) => flag.names));
    const all = [...flags, ...(path.length > 0 ? common.filter(({ names }) => !names.some((n) => own.has(n))) : [])];
    const specs = all.flatMap(flagSpecs);
    const values = operands.map((operand, i) => {
      const last = repeats && i === operands.length - 1;
      return quoted(`${last ? '*' : i + 1}:${i === 0 ? 'operand' : 'further operand'}:${action(operand)}`);
    });
    if (below.length === 0) return define(name(path), [`  _arguments -S ${[...specs, ...values].join(' \\\n    ')}`]);
    const listed = below.map((verb) => `    ${quoted(`${verb.name}:${plain(verb.description)}`)}`);
    // the words from the verb on are what its function sees
    const cases = below.map(
      (verb) =>
        `    ${verb.name}) shift $(( at - 1 )) words; (( CURRENT -= at - 1 )); ${name([...path, verb.name])}; return ;;`,
    );
    return define(name(path), [
      '  local -a verbs',
      '  local at=2',
      '  verbs=(',
      ...listed,
      '  )',
      // options of alix itself may stand before the verb
      '  while (( at < CURRENT )) && [[ $words[at] == -* ]]; do [[ $words[at] == --config ]] && (( at++ )); (( at++ )); done',
      '  if (( at < CURRENT )); then case $words[at] in',
      ...cases,
      '  esac; fi',
      '  if (( at == CURRENT )) && [[ $words[CURRENT] != -* ]]; then _describe verb verbs; fi',
      `  _arguments -S ${[...specs, ...values].join(' \\\n    ')}`,
    ]);
  });
  return `#compdef alix
# alix: completion for zsh
_alix_words() { compadd -- "$@" }
_alix_words_or_files() { local files=$1; shift; compadd -- "$@"; _files \${files:+-g} $files }

${functions.join('\n\n')}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _alix "$@"; else compdef _alix alix; fi
`;
}

const define = (name: string, body: readonly string[]) => `${name}() {\n${body.join('\n')}\n}`;

/** A leading blank: the words are the function's own arguments. */
function action({ words, files, endings }: Values): string {
  // one ending in parentheses would be a qualifier; folders are offered as well
  const ends = endings?.map((end) => end.slice(1)) ?? [];
  const glob = ends.length === 1 ? `"*.${ends[0]}"` : ends.length > 1 ? `"*.(${ends.join('|')})"` : '""';
  if (words.length === 0) return files ? (endings ? ` _files -g ${glob}` : '_files') : ' ';
  return files
    ? ` _alix_words_or_files ${glob} ${words.map(plain).join(' ')}`
    : ` _alix_words ${words.map(plain).join(' ')}`;
}

function flagSpecs({ names, description, value }: Flag): string[] {
  const told = `[${plain(description)}]${value ? `:value:${action(value)}` : ''}`;
  return names.map((name) => quoted(`(${names.join(' ')})${name}${value && name.startsWith('--') ? '=' : ''}${told}`));
}
