-- The keys are hefc's only while ghost text stands: mappings of the buffer, taken away with it, and whatever was mapped
-- before is in force again.
local options = require('hefc.options')

local M = {}

local ACTIONS = { 'accept', 'accept_line', 'accept_word', 'dismiss' }
--- The buffer, and by key what the buffer had mapped (false: nothing).
local held

local function press(key)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(key, true, true, true), 'mi', true)
end

--- Puts a mapping back as maparg() described it.
local function restore(buf, map)
  local set = { desc = map.desc, callback = map.callback }
  for _, flag in ipairs({ 'expr', 'noremap', 'nowait', 'script', 'silent', 'replace_keycodes' }) do
    if map[flag] == 1 then set[flag] = true end
  end
  local rhs = (map.rhs or ''):gsub('<SID>', ('<SNR>%d_'):format(map.sid or 0))
  vim.api.nvim_buf_set_keymap(buf, 'i', map.lhs, rhs, set)
end

--- For the current buffer. `actions[name]()` returns false where there was nothing to do: the key is then what it was.
function M.hold(actions)
  local buf = vim.api.nvim_get_current_buf()
  if held and held.buf == buf then return end
  M.release()
  held = { buf = buf, maps = {} }
  for _, name in ipairs(ACTIONS) do
    local key = options.current.keys[name]
    if key then
      local map = vim.fn.maparg(key, 'i', false, true)
      held.maps[key] = map.buffer == 1 and map or false
      vim.keymap.set('i', key, function()
        if actions[name]() then return end
        M.release()
        press(key)
      end, { buffer = buf, nowait = true, silent = true, desc = 'hefc: ' .. name:gsub('_', ' ') })
    end
  end
end

function M.release()
  local last = held
  held = nil
  if not last or not vim.api.nvim_buf_is_valid(last.buf) then return end
  for key, map in pairs(last.maps) do
    pcall(vim.api.nvim_buf_del_keymap, last.buf, 'i', key)
    if map then restore(last.buf, map) end
  end
end

return M
