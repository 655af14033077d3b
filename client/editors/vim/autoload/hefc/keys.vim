vim9script
# The keys are hefc's only while ghost text stands: mappings of the buffer, taken away with it, and whatever was mapped
# before is in force again.

import autoload './options.vim'
import autoload './typing.vim'

# The buffer; 0: none.
var holding = 0
# By key, what the buffer had mapped; empty: nothing.
var earlier: dict<dict<any>> = {}

export def Hold()
  if holding == bufnr()
    return
  endif
  Release()
  holding = bufnr()
  for [name, key] in items(options.Get('keys'))
    if key == ''
      continue
    endif
    const map = maparg(key, 'i', false, true)
    earlier[key] = get(map, 'buffer', 0) ? map : {}
    execute $"inoremap <buffer> <nowait> <silent> {key} <Cmd>call hefc#keys#Press('{name}')<CR>"
  endfor
enddef

export def Release()
  if holding != 0 && holding == bufnr()
    for [key, map] in items(earlier)
      execute $'silent! iunmap <buffer> {key}'
      if !empty(map)
        mapset('i', false, map)
      endif
    endfor
  endif
  holding = 0
  earlier = {}
enddef

# One of our keys. Where there is nothing for it to do it is what it was.
export def Press(name: string)
  const Actions = {accept: typing.Accept, accept_line: typing.AcceptLine, accept_word: typing.AcceptWord, dismiss: typing.Dismiss}
  if Actions[name]()
    return
  endif
  const key: string = options.Get('keys')[name]
  Release()
  execute $'silent! iunmap <buffer> {key}'
  feedkeys(eval('"' .. escape(key, '\"')->substitute('<', '\\<', 'g') .. '"'), 'mi')
enddef
