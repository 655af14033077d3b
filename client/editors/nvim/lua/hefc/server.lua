-- The process `hefc lsp`: one for all buffers, through Neovim's own client of the protocol.
local options = require('hefc.options')
local switch = require('hefc.switch')

local M = {
  --- Why there is no server, in one line; it is not tried again until restart().
  trouble = nil,
  --- Percentage of an index under way.
  indexing = nil,
  --- Called when the server can be asked.
  on_ready = function() end,
}

local id
--- Ids of clients that were asked to end.
local stopping = {}

local NEW = vim.fn.has('nvim-0.11') == 1

--- One line on the screen. A longer one would ask for a key in the middle of typing; :Hefc status has it all.
local function tell(text)
  vim.schedule(function()
    if #text > vim.v.echospace and vim.v.echospace > 20 then text = vim.fn.strcharpart(text, 0, vim.v.echospace - 1) .. '…' end
    vim.notify(text, vim.log.levels.WARN)
  end)
end

local function fail(text)
  M.trouble = text
  tell(text)
end

local function ended(code, signal, client)
  if stopping[client] then return end
  id = nil
  M.indexing = nil
  if vim.v.exiting ~= vim.NIL then return end
  local how = signal ~= 0 and 'signal ' .. signal or 'exit code ' .. code
  -- After Neovim's own message about it.
  vim.defer_fn(function() fail(('hefc: its server ended (%s); go on with :Hefc restart'):format(how)) end, 100)
end

local handlers = {
  ['window/showMessage'] = function(_, result)
    M.said = result.message
    tell(result.message)
    return vim.NIL
  end,
  ['$/progress'] = function(err, result, ...)
    local value = result and result.value or {}
    M.indexing = value.kind ~= 'end' and (value.percentage or M.indexing or 0) or nil
    vim.schedule(function() vim.cmd('redrawstatus') end)
    local default = vim.lsp.handlers['$/progress']
    if default then return default(err, result, ...) end
  end,
}

--- From 0.10 on Neovim tells in more than one line that a server failed, which asks for a key in the middle of typing.
--- So it hears that all went well, and `exited` how it did end.
local function quietly(cmd, exited)
  if vim.fn.has('nvim-0.10') == 0 then return cmd end
  return function(dispatchers)
    local on_exit = dispatchers.on_exit
    return vim.lsp.rpc.start(cmd, vim.tbl_extend('force', dispatchers, {
      on_exit = function(code, signal)
        exited.code, exited.signal = code, signal
        on_exit(0, 0)
      end,
    }))
  end
end

local function launch(buf)
  local cmd = options.current.cmd
  if vim.fn.executable(cmd[1]) == 0 then
    return fail(('hefc: there is no %s on your PATH; see :help hefc-install'):format(cmd[1]))
  end
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.textDocument.inlineCompletion = { dynamicRegistration = false }
  -- An empty table would be sent as a list.
  local given = options.current.settings
  local settings = { hefc = next(given) and given or vim.empty_dict() }
  local exited = {}
  local config = {
    name = 'hefc',
    cmd = quietly(cmd, exited),
    capabilities = capabilities,
    root_dir = vim.fn.getcwd(),
    settings = settings,
    init_options = settings,
    handlers = handlers,
    on_init = function() vim.schedule(M.on_ready) end,
    on_exit = function(code, signal, client)
      vim.schedule(function() ended(exited.code or code, exited.signal or signal, client) end)
    end,
  }
  id = vim.lsp.start and vim.lsp.start(config, { bufnr = buf, reuse_client = function() return false end }) or vim.lsp.start_client(config)
  if not id then fail(('hefc: %s could not be started; see :help hefc-install'):format(table.concat(cmd, ' '))) end
end

--- Opens the buffer at the server, and starts that first; does nothing where hefc is off.
function M.serve(buf)
  if M.trouble or switch.why_off(buf) then return end
  if not id then launch(buf) end
  if id and not vim.lsp.buf_is_attached(buf, id) then vim.lsp.buf_attach_client(buf, id) end
end

--- A file that gets another name is another document.
function M.forget(buf)
  if id and vim.lsp.buf_is_attached(buf, id) then vim.lsp.buf_detach_client(buf, id) end
end

function M.stop()
  if not id then return end
  stopping[id] = true
  vim.lsp.stop_client(id)
  id = nil
  M.indexing = nil
end

--- Ends the server where it runs, and starts it for the buffers that are loaded.
function M.restart()
  M.stop()
  M.trouble = nil
  M.said = nil
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) then M.serve(buf) end
  end
end

--- The client that serves the buffer, or any where none is named; nil: none does yet.
local function client_of(buf)
  local client = id and vim.lsp.get_client_by_id(id)
  if not client or not client.initialized or (buf and not vim.lsp.buf_is_attached(buf, id)) then return nil end
  return client
end

--- Can it be asked?
function M.ready() return client_of() ~= nil end

--- From 0.11 on the client's functions take the client.
local function call(client, name, ...)
  if NEW then return client[name](client, ...) end
  return client[name](...)
end

--- Asks for the text at the cursor of the current window. `kind`: 1 asked for, 2 while typing. Returns the id of the
--- request, nil where no server is ready.
function M.ask(buf, kind, on_answer)
  local client = client_of(buf)
  if not client then return nil end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = kind }
  local sent, request = call(client, 'request', 'textDocument/inlineCompletion', params, on_answer, buf)
  return sent and request or nil
end

function M.cancel(request)
  local client = client_of()
  if client then call(client, 'cancel_request', request) end
end

--- Runs a command of the server. `on_answer` gets its text or an error; it may be left out.
function M.run(command, arguments, on_answer)
  local client = client_of()
  if not client then
    return on_answer and on_answer(nil, M.trouble or 'hefc: its server is not running')
  end
  local params = { command = command, arguments = arguments }
  call(client, 'request', 'workspace/executeCommand', params, function(err, text)
    if on_answer then on_answer(text, err and err.message) end
  end, vim.api.nvim_get_current_buf())
end

return M
