vim9script
# The command :Hefc.

import autoload './documents.vim'
import autoload './options.vim'
import autoload './server.vim'
import autoload './switch.vim'
import autoload './typing.vim'

const NAMES = ['status', 'enable', 'disable', 'toggle', 'explain', 'restart']

# Keys of the window with text to read: up and down, and away with anything else.
def OnKey(window: number, key: string): bool
  const scroll = {j: "\<C-e>", k: "\<C-y>", "\<C-d>": "\<C-d>", "\<C-u>": "\<C-u>"}
  if has_key(scroll, key)
    win_execute(window, 'normal! ' .. scroll[key])
    return true
  endif
  popup_close(window)
  return index(['q', "\<Esc>"], key) >= 0
enddef

def Show(text: string)
  popup_create(split(text, "\n", true), {title: ' hefc ', border: [], padding: [0, 1, 0, 1], maxheight: &lines - 6, filter: OnKey, filtermode: 'n'})
enddef

def Status()
  const why = switch.WhyOff(bufnr())
  var lines = [
    'this buffer  ' .. (why ?? 'is completed'),
    'server       ' .. (server.Trouble() ?? join(options.Get('cmd'))),
  ]
  if server.Said() != ''
    lines->add('it said      ' .. server.Said())
  endif
  const where = bufname() == '' ? [] : [documents.Uri(expand('%:p'))]
  server.Run('hefc.status', where, (text) => {
    if text !=# server.Trouble()
      lines->add(text)
    endif
    Show(join(lines, "\n"))
  })
enddef

def Turn(on: bool, buf: number)
  switch.Set(on, buf)
  if on
    server.Serve(bufnr())
  else
    typing.Dismiss()
  endif
enddef

# :Hefc without a word is :Hefc status.
export def Run(words: list<string>)
  const name = get(words, 0, 'status')
  const where = get(words, 1, '')
  if index(NAMES, name) < 0
    echoerr $"hefc: there is no :Hefc {name}, but {join(NAMES, ', ')}"
  elseif where != '' && where != 'buffer'
    echoerr $'hefc: {where} is neither left out nor "buffer"'
  endif
  const buf = where == 'buffer' ? bufnr() : -1
  if name == 'status'
    Status()
  elseif name == 'explain'
    server.Run('hefc.explainLast', [], Show)
  elseif name == 'restart'
    server.Restart()
  else
    Turn(name == 'toggle' ? !switch.On(buf) : name == 'enable', buf)
  endif
enddef

export def Complete(lead: string, line: string, _: number): list<string>
  const names = len(split(line, '\s\+', true)) <= 2 ? NAMES : ['buffer']
  return copy(names)->filter((_, name) => stridx(name, lead) == 0)
enddef
