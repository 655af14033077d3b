-- From keys to ghost text: when to ask, what to show, what to take away, and what to write when it is taken.
local ghost = require('hefc.ghost')
local keys = require('hefc.keys')
local options = require('hefc.options')
local server = require('hefc.server')
local suggestion = require('hefc.suggestion')
local switch = require('hefc.switch')

local M = {}

local ASKED_FOR, WHILE_TYPING = 1, 2

local timer = vim.loop.new_timer()
--- The request under way.
local asked
--- The suggestion that stands, and what of it is still to be written.
local current, rest
--- Where the cursor was, and the state of its buffer, when last looked at.
local last = {}

function M.asking() return asked ~= nil end

--- Nothing is shown over a popup menu, nor in a macro: played again, it would not find what it took.
local function may_show()
  return vim.api.nvim_get_mode().mode == 'i'
    and vim.fn.pumvisible() == 0
    and vim.fn.reg_recording() == ''
    and vim.fn.reg_executing() == ''
end

local function forget_request()
  timer:stop()
  if asked and asked.request then server.cancel(asked.request) end
  asked = nil
end

local function hide()
  if current then ghost.clear(current.buf) end
  keys.release()
end

local function clear()
  forget_request()
  hide()
  current, rest = nil, nil
end

local function show()
  if not may_show() then return hide() end
  ghost.draw(suggestion.here(), rest, current.right)
  keys.hold(M)
end

--- The text of the first item; nil: none, or one that is no plain text.
local function text_of(result)
  local item = (result or {}).items and result.items[1] or (result or {})[1]
  local text = item and item.insertText
  if type(text) == 'table' then text = text.value end
  if type(text) ~= 'string' then return nil end
  text = text:gsub('\r\n?', '\n')
  if text == '' or text:find('[%z\1-\8\11-\31\127]') then return nil end
  return text, item.command
end

local function same(a, b) return a.buf == b.buf and a.tick == b.tick and a.row == b.row and a.col == b.col end

local function ask(kind)
  forget_request()
  local at = suggestion.here()
  if not may_show() or switch.why_off(at.buf) then return end
  local mine = { at = at }
  asked = mine
  mine.request = server.ask(at.buf, kind, function(_, result)
    if asked ~= mine then return end
    asked = nil
    local text, command = text_of(result)
    if not text or not may_show() or not same(suggestion.here(), at) then return end
    hide()
    current, rest = suggestion.new(at, text, command), text
    show()
  end)
  if not mine.request and asked == mine then asked = nil end
end

local function ask_soon()
  forget_request()
  if not options.current.auto then return end
  timer:start(options.current.debounce, 0, vim.schedule_wrap(function() ask(WHILE_TYPING) end))
end

--- Looks at the buffer and the cursor again: the ghost text stays where they follow it and goes where they do not.
local function look()
  local at = suggestion.here()
  local changed = at.buf ~= last.buf or at.tick ~= last.tick
  local moved = changed or at.row ~= last.row or at.col ~= last.col
  last = at
  -- It was asked before the events of the keys before it came.
  if asked and same(asked.at, at) then return end
  if current then rest = suggestion.follow(current, at) end
  if current and rest and rest ~= '' then return show() end
  if current or moved then clear() end
  if changed then ask_soon() end
end

--- Writes the part of the ghost text that `part` picks. Returns whether any stood.
local function take(part)
  if current then look() end
  if not current or not may_show() then return false end
  local one, piece = current, part(rest)
  local whole = piece == rest and not one.in_part
  one.in_part = true
  -- As a paste does it: one change, one step of undo, repeated by the dot command, and nothing is indented anew.
  vim.api.nvim_paste(piece, false, -1)
  if whole and one.command then server.run(one.command.command, one.command.arguments) end
  look()
  return true
end

function M.accept() return take(function(text) return text end) end
function M.accept_line() return take(suggestion.line) end
function M.accept_word() return take(suggestion.word) end

function M.dismiss()
  local stood = current ~= nil
  clear()
  return stood
end

function M.trigger()
  local why = switch.why_off(vim.api.nvim_get_current_buf()) or server.trouble
  if why then return vim.notify('hefc: ' .. why:gsub('^hefc: ', ''), vim.log.levels.WARN) end
  ask(ASKED_FOR)
end

--- Follows typing in all buffers from now on. Called again, it takes over the options as they are.
function M.listen()
  clear()
  local group = vim.api.nvim_create_augroup('hefc', {})
  local function on(events, run)
    vim.api.nvim_create_autocmd(events, { group = group, callback = run })
  end
  on({ 'FileType', 'BufEnter', 'BufFilePost', 'BufWritePost', 'InsertEnter' }, function(event) server.serve(event.buf) end)
  on('BufFilePre', function(event) server.forget(event.buf) end)
  on('InsertEnter', function()
    last = suggestion.here()
    ask_soon()
  end)
  on({ 'TextChangedI', 'TextChangedP', 'CursorMovedI' }, look)
  on('CompleteChanged', hide)
  -- The menu still stands while its end is told.
  on('CompleteDone', function()
    vim.schedule(function()
      if vim.api.nvim_get_mode().mode == 'i' then look() end
    end)
  end)
  on({ 'InsertLeave', 'BufLeave', 'WinLeave' }, clear)
  server.on_ready = function()
    if vim.api.nvim_get_mode().mode == 'i' then ask_soon() end
  end
  local key = options.current.keys.trigger
  if key then vim.keymap.set('i', key, M.trigger, { silent = true, desc = 'hefc: trigger' }) end
end

return M
