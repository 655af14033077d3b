vim9script
# One suggestion, and how what is typed follows it.

# The cursor's place: the buffer, its state, line and column from 1.
export def Here(): dict<number>
  return {buf: bufnr(), tick: b:changedtick, line: line('.'), col: col('.')}
enddef

# `command`: tells the server that the text was taken whole.
export def New(at: dict<number>, text: string, command: any): dict<any>
  const line = getline(at.line)
  return {
    buf: at.buf,
    line: at.line,
    col: at.col,
    text: text,
    command: command,
    left: strpart(line, 0, at.col - 1),
    right: strpart(line, at.col - 1),
    lines: line('$'),
    # Bytes of the text that stand in the buffer.
    written: 0,
    inPart: false,
  }
enddef

# What is left to write; empty where nothing is, where the buffer or the cursor went another way, or where something was
# deleted.
export def Follow(one: dict<any>, at: dict<number>): string
  if at.buf != one.buf || at.line < one.line || (at.line == one.line && at.col < one.col) || line('$') - one.lines != at.line - one.line
    return ''
  endif
  if strpart(getline(one.line), 0, one.col - 1) !=# one.left || strpart(getline(at.line), at.col - 1) !=# one.right
    return ''
  endif
  var lines = getline(one.line, at.line)
  lines[-1] = strpart(lines[-1], 0, at.col - 1)
  const written = strpart(join(lines, "\n"), one.col - 1)
  if strlen(written) < one.written || strpart(one.text, 0, strlen(written)) !=# written
    return ''
  endif
  one.written = strlen(written)
  return strpart(one.text, one.written)
enddef

# The first word: white space, then letters of a name or other signs.
export def Word(rest: string): string
  const end = matchend(rest, '^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)')
  return end > 0 ? strpart(rest, 0, end) : rest
enddef

# The first line; where that has ended, its end and the next one.
export def Line(rest: string): string
  return matchstr(rest, '^\n\=[^\n]*')
enddef
