vim9script
# The process `hefc lsp`: one for all buffers, over a channel that speaks the protocol's framing.

import autoload './documents.vim'
import autoload './options.vim'
import autoload './switch.vim'
import autoload './typing.vim'

var job: job = null_job
var ready = false
# Why there is no server, in one line; it is not tried again until Restart().
var trouble = ''
# What the server last said to the person.
var said = ''
# Percentage of an index under way; -1: none.
var indexing = -1

# Can it be asked?
export def Ready(): bool
  return ready
enddef

export def Trouble(): string
  return trouble
enddef

export def Said(): string
  return said
enddef

export def Indexing(): number
  return indexing
enddef

# In a window of its own where Vim has one (9.0.0321): the line of the mode would overwrite it. Else one line, since a
# longer one would ask for a key in the middle of typing; :Hefc status has it all.
def Tell(text: string)
  echohl WarningMsg
  if exists(':echowindow') == 2
    execute 'echowindow' string(text)
  else
    echomsg strwidth(text) > v:echospace ? strcharpart(text, 0, v:echospace - 1) .. '…' : text
  endif
  echohl None
enddef

def Fail(text: string)
  trouble = text
  Tell(text)
enddef

def OnInitialized(_: channel, reply: dict<any>)
  if has_key(reply, 'error')
    Fail($'hefc: its server refused to start: {reply.error.message}')
    return
  endif
  Notify('initialized', {})
  ready = true
  ServeAll()
  typing.AskSoon()
enddef

def OnMessage(channel: channel, message: any)
  const method = get(message, 'method', '')
  if method == 'window/showMessage'
    said = message.params.message
    Tell(said)
  elseif method == '$/progress'
    const value = message.params.value
    indexing = value.kind == 'end' ? -1 : get(value, 'percentage', max([indexing, 0]))
    redrawstatus
  elseif has_key(message, 'id')
    ch_sendexpr(channel, method == 'window/workDoneProgress/create' ? {id: message.id, result: null} : {id: message.id, error: {code: -32601, message: 'not served here'}})
  endif
enddef

def OnExit(ended: job, code: number)
  if ended != job
    return
  endif
  Reset()
  const signal = get(job_info(ended), 'termsig', '')
  Fail($"hefc: its server ended ({signal == '' ? 'exit code ' .. code : 'signal ' .. signal}); go on with :Hefc restart")
enddef

def Reset()
  job = null_job
  ready = false
  indexing = -1
  documents.ForgetAll()
enddef

def Start()
  const cmd: list<string> = options.Get('cmd')
  if &encoding != 'utf-8'
    Fail('hefc: it needs UTF-8 inside Vim; put `set encoding=utf-8` into your vimrc')
    return
  elseif !executable(cmd[0])
    Fail($'hefc: there is no {cmd[0]} on your PATH; see :help hefc-install')
    return
  endif
  # Closing its input is how it learns that Vim ended: a signal would cost it what it has counted.
  job = job_start(cmd, {in_mode: 'lsp', out_mode: 'lsp', err_mode: 'nl', out_cb: OnMessage, exit_cb: OnExit, noblock: true, stoponexit: ''})
  if job_status(job) == 'fail'
    job = null_job
    Fail($'hefc: {join(cmd)} could not be started; see :help hefc-install')
    return
  endif
  ch_sendexpr(job, {method: 'initialize', params: {
    processId: getpid(),
    clientInfo: {name: 'Vim', version: string(v:versionlong)},
    rootUri: documents.Uri(getcwd()),
    capabilities: {
      general: {positionEncodings: ['utf-8']},
      textDocument: {inlineCompletion: {}},
      window: {workDoneProgress: true},
    },
    initializationOptions: {hefc: options.Get('settings')},
  }}, {callback: OnInitialized})
enddef

export def Notify(method: string, params: dict<any>)
  if job != null_job
    ch_sendexpr(job, {method: method, params: params})
  endif
enddef

# Opens the buffer at the server, and starts that first; does nothing where hefc is off.
export def Serve(buf: number)
  if trouble != '' || v:vim_did_enter == 0 || switch.WhyOff(buf) != ''
    return
  endif
  if job == null_job
    Start()
  elseif ready
    documents.Open(buf)
  endif
enddef

def ServeAll()
  for buffer in getbufinfo({bufloaded: 1})
    Serve(buffer.bufnr)
  endfor
enddef

export def Forget(buf: number)
  documents.Close(buf)
enddef

export def Stop()
  if job != null_job
    ch_sendexpr(job, {method: 'shutdown'}, {callback: (_, _) => 0})
    Notify('exit', {})
  endif
  Reset()
enddef

# Ends the server where it runs, and starts it for the buffers that are loaded.
export def Restart()
  Stop()
  trouble = ''
  said = ''
  ServeAll()
enddef

# Asks for the text at the cursor. `kind`: 1 asked for, 2 while typing. Returns the id of the request; 0: no server is
# ready. `OnAnswer` gets the result, null where there is none.
export def Ask(kind: number, OnAnswer: func(any)): number
  if !ready || !documents.Sync(bufnr())
    return 0
  endif
  return Request('textDocument/inlineCompletion', {
    textDocument: {uri: documents.Uri(expand('%:p'))},
    position: {line: line('.') - 1, character: col('.') - 1},
    context: {triggerKind: kind},
  }, (reply) => OnAnswer(get(reply, 'result', null)))
enddef

def Request(method: string, params: dict<any>, OnReply: func(dict<any>)): number
  const sent: dict<any> = ch_sendexpr(job, {method: method, params: params}, {callback: (_, reply) => OnReply(reply)})
  return get(sent, 'id', 0)
enddef

export def Cancel(request: number)
  Notify('$/cancelRequest', {id: request})
enddef

# Runs a command of the server; `OnText` gets its text, or what went wrong.
export def Run(command: string, arguments: list<any>, OnText: func(string))
  if !ready
    OnText(trouble != '' ? trouble : 'hefc: its server is not running')
    return
  endif
  Request('workspace/executeCommand', {command: command, arguments: arguments}, (reply) => {
    const text: any = has_key(reply, 'error') ? reply.error.message : get(reply, 'result', null)
    OnText(type(text) == v:t_string ? text : '')
  })
enddef
