vim9script
# Options: the dictionary g:hefc, over these defaults. Read each time, so that a change is in force at once.

const DEFAULTS = {
  cmd: ['hefc', 'lsp'],
  enabled: true,
  auto: true,
  debounce: 50,
  filetypes: {'*': true},
  keys: {accept: '<Tab>'},
  settings: {},
}

const KEYS = ['accept', 'accept_line', 'accept_word', 'dismiss']

def IsBool(value: any): bool
  return type(value) == v:t_bool || (type(value) == v:t_number && (value == 0 || value == 1))
enddef

def IsKeys(value: any): bool
  return type(value) == v:t_dict && value->items()->indexof((_, pair) => KEYS->index(pair[0]) < 0 || type(pair[1]) != v:t_string) < 0
enddef

const MUST: dict<list<any>> = {
  cmd: ["a list of words, such as ['hefc', 'lsp']", (value) => type(value) == v:t_list && !empty(value) && value->indexof((_, word) => type(word) != v:t_string) < 0],
  enabled: ['v:true or v:false', IsBool],
  auto: ['v:true or v:false', IsBool],
  debounce: ['a whole number of milliseconds from 0 to 5000', (value) => type(value) == v:t_number && value >= 0 && value <= 5000],
  filetypes: ["a dictionary of file types, each v:true or v:false, such as {'markdown': v:false}", (value) => type(value) == v:t_dict && value->values()->indexof((_, one) => !IsBool(one)) < 0],
  keys: [$"a dictionary in which each of {join(KEYS, ', ')} is a key or ''", IsKeys],
  settings: ["a dictionary of what docs/editors.md lists under Settings, such as {'timeout': 500}", (value) => type(value) == v:t_dict],
}

var told: list<string> = []

def Tell(fault: string)
  if told->index(fault) >= 0
    return
  endif
  told->add(fault)
  echohl WarningMsg
  echomsg 'hefc: ' .. fault
  echohl None
enddef

# Value of an option. A wrong one is told once, with what it must be, and its default stands.
export def Get(name: string): any
  const all: any = get(g:, 'hefc', {})
  if type(all) != v:t_dict
    Tell("g:hefc must be a dictionary, such as {'debounce': 50}")
    return DEFAULTS[name]
  endif
  for other in keys(all)
    if !MUST->has_key(other)
      Tell($"g:hefc has no option {other}; there are {MUST->keys()->sort()->join(', ')}")
    endif
  endfor
  const value: any = get(all, name, DEFAULTS[name])
  if !call(MUST[name][1], [value])
    Tell($'g:hefc.{name} must be {MUST[name][0]}, not {string(value)}; it is left out')
    return DEFAULTS[name]
  endif
  return type(value) == v:t_dict ? extendnew(DEFAULTS[name], value) : value
enddef
