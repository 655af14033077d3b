vim9script
# The buffers as the server has them, kept in step by the smallest change: from it the server reads what became of a
# suggestion. Positions are in bytes.

import autoload './server.vim'

# By buffer: URI, version and lines as last sent.
var open: dict<dict<any>> = {}

export def Uri(path: string): string
  return 'file://' .. path->substitute('[^A-Za-z0-9/._~-]', (found) => range(strlen(found[0]))->mapnew((_, at) => printf('%%%02X', char2nr(strpart(found[0], at, 1))))->join(''), 'g')
enddef

export def Open(buf: number)
  if has_key(open, buf) || !bufloaded(buf)
    return
  endif
  const lines = getbufline(buf, 1, '$')
  open[buf] = {uri: Uri(fnamemodify(bufname(buf), ':p')), version: 1, lines: lines}
  server.Notify('textDocument/didOpen', {textDocument: {
    uri: open[buf].uri,
    languageId: getbufvar(buf, '&filetype'),
    version: 1,
    text: join(lines, "\n") .. "\n",
  }})
enddef

# Sends what has changed. false: the server does not have the buffer.
export def Sync(buf: number): bool
  if !has_key(open, buf)
    return false
  endif
  const document = open[buf]
  const lines = getbufline(buf, 1, '$')
  if lines == document.lines
    return true
  endif
  const change = Difference(document.lines, lines)
  document.lines = lines
  document.version += 1
  server.Notify('textDocument/didChange', {textDocument: {uri: document.uri, version: document.version}, contentChanges: [change]})
  return true
enddef

export def Close(buf: number)
  if has_key(open, buf)
    server.Notify('textDocument/didClose', {textDocument: {uri: open[buf].uri}})
    remove(open, buf)
  endif
enddef

export def ForgetAll()
  open = {}
enddef

# From one list of lines to another: {range, text}. Lines are compared first, then bytes at both ends of what differs.
export def Difference(old: list<string>, new: list<string>): dict<any>
  var first = 0
  const shorter = min([len(old), len(new)])
  while first < shorter && old[first] ==# new[first]
    first += 1
  endwhile
  var [oldEnd, newEnd] = [len(old), len(new)]
  while oldEnd > first && newEnd > first && old[oldEnd - 1] ==# new[newEnd - 1]
    oldEnd -= 1
    newEnd -= 1
  endwhile
  # Whole lines that came or went: an end of line was written at the end of the line above.
  if first > 0 && (oldEnd == first || newEnd == first)
    first -= 1
  endif
  if oldEnd == first || newEnd == first
    return {range: {start: {line: first, character: 0}, end: {line: oldEnd, character: 0}}, text: slice(new, first, newEnd)->mapnew((_, line) => line .. "\n")->join('')}
  endif
  const before = join(old[first : oldEnd - 1], "\n")
  const after = join(new[first : newEnd - 1], "\n")
  const start = CommonStart(before, after)
  const end = CommonEnd(before, after, start)
  return {
    range: {start: Position(before, start, first), end: Position(before, strlen(before) - end, first)},
    text: strpart(after, start, strlen(after) - end - start),
  }
enddef

def Byte(text: string, at: number): number
  return char2nr(strpart(text, at, 1))
enddef

# Inside a character?
def Inside(text: string, at: number): bool
  return at < strlen(text) && and(Byte(text, at), 0xC0) == 0x80
enddef

def CommonStart(a: string, b: string): number
  const most = min([strlen(a), strlen(b)])
  var same = 0
  while same < most && strpart(a, same, 1) ==# strpart(b, same, 1)
    same += 1
  endwhile
  while same > 0 && (Inside(a, same) || Inside(b, same))
    same -= 1
  endwhile
  return same
enddef

def CommonEnd(a: string, b: string, start: number): number
  const most = min([strlen(a), strlen(b)]) - start
  var same = 0
  while same < most && strpart(a, strlen(a) - same - 1, 1) ==# strpart(b, strlen(b) - same - 1, 1)
    same += 1
  endwhile
  while same > 0 && Inside(a, strlen(a) - same)
    same -= 1
  endwhile
  return same
enddef

# Of a byte of text that begins at a line.
def Position(text: string, at: number, line: number): dict<number>
  const lines = strpart(text, 0, at)->split("\n", true)
  return {line: line + len(lines) - 1, character: strlen(lines[-1])}
enddef
