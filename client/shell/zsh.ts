import type { OfferedOption, Place, Value } from './offers.js';

/** What TAB offers after `hefc` in zsh. Registered when completion is set up, before or after this is read. */
export function zshCompletion(places: readonly Place[]): string {
  return `
_hefc() {
  local at= i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$at/$words[i]" in
      (${places.flatMap(({ at }) => (at === '' ? [] : [at])).join('|')}) at=$at/$words[i] ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${places.flatMap(({ at, options }) => options.filter(({ value }) => value !== undefined).map(({ flags, value }) => `    (${flags.map((flag) => quoted(`${at} ${flag}`)).join('|')}) ${reply(value)}; return ;;`)).join('\n')}
  esac
  case "$at" in
${places.map(({ at, commands, options }) => `    (${quoted(at)}) commands=(${commands.map(({ name, description }) => described(name, description)).join(' ')}) options=(${options.flatMap(ofOption).join(' ')}) ;;`).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o -t options option options
    return
  fi
  case "$at" in
${places.map((place) => `    (${quoted(place.at)}) ${withoutDash(place)} ;;`).join('\n')}
  esac
}
__hefc_register() {
  (( $+functions[compdef] )) || return 0
  compdef _hefc hefc
  add-zsh-hook -d precmd __hefc_register
}
autoload -Uz add-zsh-hook
add-zsh-hook precmd __hefc_register
__hefc_register
`;
}

function reply(value: Value): string {
  if (value === 'path') return '_files';
  return Array.isArray(value) ? `compadd -- ${value.map(quoted).join(' ')}` : "_message 'a value'";
}

function withoutDash({ commands, argument }: Place): string {
  if (commands.length > 0) return '_describe -t commands command commands';
  return argument === undefined ? '_describe -o -t options option options' : reply(argument);
}

const ofOption = ({ flags, description }: OfferedOption): string[] => flags.map((flag) => described(flag, description));
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const described = (name: string, description: string): string => quoted(description === '' ? name.replaceAll(':', '\\:') : `${name.replaceAll(':', '\\:')}:${description}`);
