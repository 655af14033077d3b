vim9script
# Where hefc completes: the global switch, that of a buffer, and the kinds of buffers.

import autoload './options.vim'

# The language server completes nothing larger; sending it would only cost memory. Bytes.
const LARGEST = 1024 * 1024

# Of all buffers, once a command has said so.
var everywhere: any = null

# Of all buffers, or of one.
export def Set(on: bool, buf: number = -1)
  if buf < 0
    everywhere = on
  else
    setbufvar(buf, 'hefc', on)
  endif
enddef

export def On(buf: number = -1): bool
  const all: bool = everywhere == null ? !!options.Get('enabled') : everywhere
  return buf < 0 ? all : all && !!getbufvar(buf, 'hefc', true)
enddef

# Why nothing is offered in a buffer, in a few words; empty where something is. A buffer switched on by name is
# completed whatever its file type.
export def WhyOff(buf: number): string
  const own: any = getbufvar(buf, 'hefc', null)
  const buftype: string = getbufvar(buf, '&buftype')
  const filetype: string = getbufvar(buf, '&filetype')
  const filetypes: dict<any> = options.Get('filetypes')
  const name = bufname(buf)
  if !On()
    return 'switched off; on again with :Hefc enable'
  elseif own != null && !own
    return 'switched off in this buffer; on again with :Hefc enable buffer'
  elseif buftype != ''
    return $'buffers of type {buftype} are not completed'
  elseif own == null && !get(filetypes, filetype, get(filetypes, '*', false))
    return $'file type {filetype} is switched off; on here with :Hefc enable buffer'
  elseif name == ''
    return 'the buffer has no file name yet'
  elseif name =~ '^\a[[:alnum:].+-]\+://'
    return 'the buffer is no file on this machine'
  elseif (buf == bufnr() ? line2byte(line('$') + 1) : getfsize(name)) > LARGEST
    return 'the file is larger than 1 MiB'
  endif
  return ''
enddef
