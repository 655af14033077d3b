-- Options: their defaults, and what each must be.
local M = {}

local KEYS = { 'accept', 'accept_line', 'accept_word', 'dismiss', 'trigger' }

M.defaults = {
  cmd = { 'hefc', 'lsp' },
  enabled = true,
  auto = true,
  debounce = 50,
  filetypes = { ['*'] = true },
  buftypes = { [''] = true },
  keys = { accept = '<Tab>', accept_line = false, accept_word = false, dismiss = false, trigger = false },
  settings = {},
}

M.current = M.defaults

local function is_bool(value) return type(value) == 'boolean' end

--- A table whose keys are strings and whose values hold.
local function of(holds)
  return function(value)
    if type(value) ~= 'table' then return false end
    for name, one in pairs(value) do
      if type(name) ~= 'string' or not holds(one, name) then return false end
    end
    return true
  end
end

local function is_command(value)
  if type(value) ~= 'table' or #value == 0 then return false end
  for _, word in ipairs(value) do
    if type(word) ~= 'string' then return false end
  end
  return true
end

local function is_key(value, name)
  return vim.tbl_contains(KEYS, name) and (value == false or (type(value) == 'string' and value ~= ''))
end

local MUST = {
  cmd = { 'a list of words, such as { "hefc", "lsp" }', is_command },
  enabled = { 'true or false', is_bool },
  auto = { 'true or false', is_bool },
  debounce = {
    'a whole number of milliseconds from 0 to 5000',
    function(value) return type(value) == 'number' and value % 1 == 0 and value >= 0 and value <= 5000 end,
  },
  filetypes = { 'a table of file types, each true or false, such as { markdown = false }', of(is_bool) },
  buftypes = { 'a table of buffer types, each true or false, such as { acwrite = true }', of(is_bool) },
  keys = { 'a table in which each of ' .. table.concat(KEYS, ', ') .. ' is a key or false', of(is_key) },
  settings = { 'a table of what docs/editors.md lists under Settings, such as { timeout = 500 }', of(function() return true end) },
}

--- Takes over what is right. Returns one line for each fault, which names the option and what it must be.
function M.set(given)
  local faults = {}
  M.current = vim.deepcopy(M.defaults)
  if type(given or {}) ~= 'table' then return { 'setup takes a table, such as { debounce = 50 }' } end
  for name, value in pairs(given or {}) do
    local must = MUST[name]
    if not must then
      local names = vim.tbl_keys(MUST)
      table.sort(names)
      table.insert(faults, ('there is no option %s; there are %s'):format(tostring(name), table.concat(names, ', ')))
    elseif not must[2](value) then
      table.insert(faults, ('option %s must be %s, not %s; it is left out'):format(name, must[1], (vim.inspect(value):gsub('%s+', ' '))))
    elseif name == 'cmd' or type(value) ~= 'table' then
      M.current[name] = value
    else
      M.current[name] = vim.tbl_extend('force', M.current[name], value)
    end
  end
  return faults
end

return M
