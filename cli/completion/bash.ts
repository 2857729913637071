/** Completion for bash, of version 3.2 and up. */
import { shared, type Values, type Verb } from './verbs.js';

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A call of the function that fills COMPREPLY. */
const give = ({ words, files, endings }: Values) =>
  `_alix_give ${quoted(words.join(' '))} ${files ? quoted(endings?.join('|') ?? 'files') : ''}`.trimEnd();

/** @param verbs alix itself first */
export function bash(verbs: readonly Verb[]): string {
  const paths = verbs.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' ')));
  const common = shared(verbs);
  const cases = verbs.flatMap(({ path, verbs: below, flags, operands, repeats }) => {
    const key = path.join(' ');
    const all = path.length === 0 ? flags : [...flags, ...common];
    const names = [...new Set(all.flatMap((flag) => flag.names))];
    const takes = all.flatMap(({ names, value }) => (value ? [{ names, value }] : []));
    const values = takes.map(
      (flag) => `        ${flag.names.map((name) => quoted(name)).join('|')}) ${give(flag.value)}; return ;;`,
    );
    const words = below.map(({ name }) => name);
    // the verbs of a verb stand where its first operand does
    const places = operands.length > 0 ? operands : words.length > 0 ? [{ words: [], files: false }] : [];
    const at = places.map((operand, i) => {
      const last = repeats && i === places.length - 1;
      return `        ${last ? '*' : i}) ${give(i === 0 ? { ...operand, words: [...words, ...operand.words] } : operand)} ;;`;
    });
    return [
      `    ${quoted(key)})`,
      ...(values.length > 0 ? ['      case "$previous" in', ...values, '      esac'] : []),
      `      if [[ $current == -* ]]; then ${give({ words: names, files: false })}; return; fi`,
      ...(at.length > 0 ? ['      case $operands in', ...at, '      esac'] : []),
      '      ;;',
    ];
  });
  const taking = verbs.flatMap(({ path, flags }) =>
    [...flags, ...(path.length === 0 ? [] : common)].flatMap(({ names, value }) =>
      value ? names.map((name) => quoted(`${path.join(' ')} ${name}`)) : [],
    ),
  );
  return `# alix: completion for bash
_alix_files() {
  local name
  # folders, and what ends in one of the patterns
  compgen -f -- "$current" | while IFS= read -r name; do
    if [[ -d $name || "|$1|" == *"|.\${name##*.}|"* ]]; then printf '%s\\n' "$name"; fi
  done
}

_alix_give() {
  local line
  COMPREPLY=()
  # a path goes to the shell's own completion, which knows ~ and quotes
  if [[ -n $2 && $current == *[~\\'\\"\\\\]* || $2 == files && $current == */* ]]; then return; fi
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
    compgen -W "$1" -- "$current"
    if [[ $2 == .* ]]; then _alix_files "$2"
    elif [[ -n $2 && -n $1 ]]; then compgen -f -- "$current"; fi
  )
  if [[ -z $2 ]]; then compopt +o default +o bashdefault 2>/dev/null; fi
}

_alix() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path= operands=0 i word skip= fixed=
  COMPREPLY=()
  # bash takes --device=cpu for three words
  if [[ $current == = ]]; then current=
  elif [[ $previous == = && COMP_CWORD -gt 2 ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then skip=yes; continue; fi
    if [[ -n $skip ]]; then skip=; continue; fi
    case "$word" in
      -?*)
        case "$path $word" in
${wrap(taking, '          ')}) [[ \${COMP_WORDS[i+1]} == = ]] || skip=yes ;;
        esac
        continue ;;
    esac
    if [[ -z $fixed ]]; then
      case "\${path:+$path }$word" in
${wrap(paths, '        ')}) path="\${path:+$path }$word"; continue ;;
      esac
      fixed=yes
    fi
    operands=$((operands + 1))
  done
  case "$path" in
${cases.join('\n')}
  esac
}

complete -o bashdefault -o default -o filenames -F _alix alix
`;
}

/** Patterns of a case, a few in each line. */
function wrap(patterns: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (let at = 0; at < patterns.length; at += 6) lines.push(`${indent}${patterns.slice(at, at + 6).join('|')}`);
  return lines.join('|\\\n');
}
