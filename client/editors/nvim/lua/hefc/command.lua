-- The command :Hefc.
local server = require('hefc.server')
local switch = require('hefc.switch')

local M = {}

--- Text to read, in a window that goes away with the next movement; the same command again goes into it.
local function show(text, name)
  vim.lsp.util.open_floating_preview(vim.split(text, '\n'), 'hefc', { border = 'rounded', focus_id = 'hefc ' .. name, wrap = false })
end

local function scope(word)
  if word == nil then return nil end
  if word == 'buffer' then return 0 end
  error(('hefc: %s is neither left out nor "buffer"'):format(word), 0)
end

local COMMANDS = {
  status = function()
    local buf = vim.api.nvim_get_current_buf()
    local why = switch.why_off(buf)
    local lines = {
      'this buffer  ' .. (why or 'is completed'),
      'server       ' .. (server.trouble or table.concat(require('hefc.options').current.cmd, ' ')),
    }
    if server.said then table.insert(lines, 'it said      ' .. server.said) end
    local name = vim.api.nvim_buf_get_name(buf)
    server.run('hefc.status', name ~= '' and { vim.uri_from_bufnr(buf) } or {}, function(text, err)
      if text or not server.trouble then table.insert(lines, text or err) end
      show(table.concat(lines, '\n'), 'status')
    end)
  end,
  explain = function()
    server.run('hefc.explainLast', {}, function(text, err) show(text or err, 'explain') end)
  end,
  enable = function(word) require('hefc').enable(scope(word)) end,
  disable = function(word) require('hefc').disable(scope(word)) end,
  toggle = function(word) require('hefc').toggle(scope(word)) end,
  restart = function() server.restart() end,
}

local NAMES = { 'status', 'enable', 'disable', 'toggle', 'explain', 'restart' }

--- :Hefc without a word is :Hefc status.
function M.run(words)
  local name = words[1] or 'status'
  local command = COMMANDS[name]
  local ok, fault = pcall(function()
    if not command then error(('hefc: there is no :Hefc %s, but %s'):format(name, table.concat(NAMES, ', ')), 0) end
    command(words[2])
  end)
  if not ok then vim.notify(fault, vim.log.levels.ERROR) end
end

function M.complete(lead, line)
  local words = vim.split(line, '%s+')
  local offered = #words <= 2 and NAMES or { 'buffer' }
  return vim.tbl_filter(function(name) return vim.startswith(name, lead) end, offered)
end

return M
