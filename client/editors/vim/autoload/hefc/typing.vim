vim9script
# From keys to ghost text: when to ask, what to show, what to take away, and what to write when it is taken.

import autoload './documents.vim'
import autoload './ghost.vim'
import autoload './keys.vim'
import autoload './options.vim'
import autoload './server.vim'
import autoload './suggestion.vim'
import autoload './switch.vim'

const ASKED_FOR = 1
const WHILE_TYPING = 2

var timer = 0
# Number of the last question; what is answered to an older one is too late.
var question = 0
# The request under way, and where it was asked; 0: none.
var request = 0
var asked: dict<number> = {}
# The suggestion that stands, and what of it is still to be written.
var current: dict<any> = {}
var rest = ''
# Where the cursor was, and the state of its buffer, when last looked at.
var last: dict<number> = {}
# To tell the server once what was taken stands in the buffer.
var taken: any = null
var pasting = false

export def Asking(): bool
  return request != 0
enddef

# Nothing is shown over a popup menu, nor in a macro: played again, it would not find what it took.
def MayShow(): bool
  return mode(1) ==# 'i' && !pumvisible() && reg_recording() == '' && reg_executing() == ''
enddef

def ForgetRequest()
  timer_stop(timer)
  question += 1
  if request != 0
    server.Cancel(request)
  endif
  request = 0
enddef

export def Hide()
  if !empty(current)
    ghost.Clear(current.buf)
  endif
  keys.Release()
enddef

def Clear()
  ForgetRequest()
  Hide()
  current = {}
  rest = ''
enddef

def Show()
  if !MayShow()
    Hide()
    return
  endif
  ghost.Draw(suggestion.Here(), rest)
  keys.Hold()
enddef

# The text of the first item; empty: none, or one that is no plain text.
def TextOf(result: any): string
  const items: any = type(result) == v:t_dict ? get(result, 'items', []) : result
  if type(items) != v:t_list || empty(items)
    return ''
  endif
  const text: any = items[0].insertText
  const plain: any = type(text) == v:t_dict ? text.value : text
  if type(plain) != v:t_string
    return ''
  endif
  const whole = substitute(plain, '\r\n\=', '\n', 'g')
  return whole =~ '[\x01-\x08\x0b-\x1f\x7f]' ? '' : whole
enddef

def Ask(kind: number)
  ForgetRequest()
  const at = suggestion.Here()
  if !MayShow() || switch.WhyOff(at.buf) != ''
    return
  endif
  const mine = question
  asked = at
  request = server.Ask(kind, (result) => {
    if mine != question
      return
    endif
    request = 0
    const text = TextOf(result)
    if text == '' || !MayShow() || suggestion.Here() != at
      return
    endif
    Hide()
    const items: list<any> = type(result) == v:t_dict ? result.items : result
    current = suggestion.New(at, text, get(items[0], 'command', null))
    rest = text
    Show()
  })
enddef

export def AskSoon()
  ForgetRequest()
  if options.Get('auto') && mode() ==# 'i'
    timer = timer_start(options.Get('debounce'), (_) => Ask(WHILE_TYPING))
  endif
enddef

# Insert mode begins.
export def Begin()
  server.Serve(bufnr())
  last = suggestion.Here()
  ForgetRequest()
  if options.Get('auto')
    timer = timer_start(options.Get('debounce'), (_) => Ask(WHILE_TYPING))
  endif
enddef

# Looks at the buffer and the cursor again: the ghost text stays where they follow it and goes where they do not.
export def Look()
  if pasting
    return
  endif
  const at = suggestion.Here()
  const changed = at.buf != get(last, 'buf') || at.tick != get(last, 'tick')
  const moved = changed || at != last
  last = at
  if changed
    documents.Sync(at.buf)
  endif
  # It was asked before the events of the keys before it came.
  if request != 0 && at == asked
    return
  endif
  if !empty(current)
    rest = suggestion.Follow(current, at)
    if rest != ''
      Show()
      return
    endif
  endif
  if !empty(current) || moved
    Clear()
  endif
  if changed
    AskSoon()
  endif
enddef

# After the event under way: the popup menu still stands while its end is told.
export def LookSoon()
  timer_start(0, (_) => {
    if mode() ==# 'i'
      Look()
    endif
  })
enddef

# Writes the part of the ghost text that `Part` picks. Returns whether any stood.
def Take(Part: func(string): string): bool
  if !empty(current)
    Look()
  endif
  if empty(current) || !MayShow()
    return false
  endif
  const piece = Part(rest)
  if piece ==# rest && !current.inPart
    taken = current.command
  endif
  current.inPart = true
  Write(piece)
  return true
enddef

# As keys, so that the dot command repeats them and undo takes them back with the rest of the insertion; under 'paste',
# so that nothing is indented, wrapped or completed anew.
def Write(text: string)
  pasting = true
  feedkeys("\<Cmd>call hefc#typing#Written(" .. (&paste ? 1 : 0) .. ")\<CR>", 'ni')
  noautocmd set paste
  feedkeys(substitute(text, "\n", "\r", 'g'), 'ni')
enddef

# The keys of Write() have been typed.
export def Written(paste: bool)
  if !paste
    noautocmd set nopaste
  endif
  pasting = false
  Look()
  if type(taken) == v:t_dict
    server.Run(taken.command, get(taken, 'arguments', []), (_) => {
    })
  endif
  taken = null
enddef

export def Accept(): bool
  return Take((text: string): string => text)
enddef

export def AcceptLine(): bool
  return Take(suggestion.Line)
enddef

export def AcceptWord(): bool
  return Take(suggestion.Word)
enddef

export def Dismiss(): bool
  const stood = !empty(current)
  documents.Sync(bufnr())
  Clear()
  return stood
enddef

# Asks for a suggestion at the cursor at once.
export def Trigger()
  const why = switch.WhyOff(bufnr()) ?? substitute(server.Trouble(), '^hefc: ', '', '')
  if why != ''
    echohl WarningMsg
    echomsg 'hefc: ' .. why
    echohl None
    return
  endif
  Ask(ASKED_FOR)
enddef
