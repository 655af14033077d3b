-- The suggestion as grey text at the cursor: an extmark of its own namespace.
local M = {}

local SPACE = vim.api.nvim_create_namespace('hefc')
local GROUP = 'HefcGhost'
--- From 0.10 on text can stand between the text; before, it lies over what is right of the cursor.
local INLINE = vim.fn.has('nvim-0.10') == 1

--- Virtual text shows a tab as one sign: spaces up to the tab stop, from a column of the screen on.
local function without_tabs(text, from)
  local parts = {}
  for part, tab in text:gmatch('([^\t]*)(\t?)') do
    table.insert(parts, part)
    from = from + vim.fn.strdisplaywidth(part)
    if tab ~= '' then
      local width = vim.fn.strdisplaywidth('\t', from)
      table.insert(parts, (' '):rep(width))
      from = from + width
    end
  end
  return table.concat(parts)
end

function M.clear(buf)
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, SPACE, 0, -1) end
end

--- Draws the text, several lines where it has them, at a 0-based place before `right`, the rest of its line.
function M.draw(at, text, right)
  M.clear(at.buf)
  local lines = vim.split(text, '\n')
  local from = vim.fn.virtcol({ at.row + 1, at.col + 1 }) - 1
  local first = { { without_tabs(lines[1], from), GROUP } }
  if not INLINE and right ~= '' then
    table.insert(first, { without_tabs(right, from + vim.fn.strdisplaywidth(first[1][1], from)), 'Normal' })
  end
  local below = {}
  for n = 2, #lines do
    table.insert(below, { { without_tabs(lines[n], 0), GROUP } })
  end
  vim.api.nvim_buf_set_extmark(at.buf, SPACE, at.row, at.col, {
    virt_text = first,
    virt_text_pos = INLINE and 'inline' or 'overlay',
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'combine',
    right_gravity = true,
  })
end

return M
