--- MAI Language Server in Neovim 0.11 and newer: `require("mai").setup()` instead of the README's lines, plus what the
--- editor has no keys for. It asks, shows and applies; what is suggested, and where, is the server's business.
local M = {}

---@class mai.Options
---@field cmd? string[] How the server is started.
---@field settings? table The server's settings without their `mai.`: { provider = "openrouter" }.
---@field filetypes? string[] Where it runs; everywhere without.
---@field keys? { accept?: string|false, word?: string|false, complete?: string|false } Keys in insert mode.

---@type mai.Options
local defaults = {
  cmd = { "mai-lsp", "--stdio" },
  settings = {},
  keys = { accept = "<Tab>", word = "<M-Right>", complete = "<C-Space>" },
}

local state = { state = "ready", message = "", cost = nil }

--- The server for a buffer, or nil with a word to the user.
local function server()
  local client = vim.lsp.get_clients({ name = "mai", bufnr = 0 })[1]
  if not client then
    vim.notify("mai-lsp does not run in this buffer; `:checkhealth vim.lsp` says why.", vim.log.levels.WARN)
  end
  return client
end

--- Runs one of the server's commands; `arguments` makes its arguments, `done` gets its result.
local function run(command, arguments, done)
  local client = server()
  if not client then return end
  client:exec_cmd({ title = command, command = command, arguments = arguments(client) }, { bufnr = 0 }, function(err, result)
    if err then
      vim.notify(err.message, vim.log.levels.ERROR)
    elseif done then
      done(result, client)
    end
  end)
end

local function place(client)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  return params.textDocument.uri, params.position
end

--- Lets the user type a line for the server. Its requests are handled in coroutines, so this one may wait.
local function input(_, params)
  local waiting = coroutine.running()
  vim.ui.input({ prompt = params.prompt .. ": ", default = params.value }, function(text)
    vim.schedule(function() coroutine.resume(waiting, text) end)
  end)
  return { text = coroutine.yield() or vim.NIL }
end

--- What a status line may show: { state, message, cost … }, as in PROTOCOL.md.
function M.status() return state end

--- Takes the suggestion on the screen, or its next word. Returns false where there is none.
---
--- Neovim keeps a suggestion while it is typed, and would insert all of it at its beginning, where a part of it stands by
--- then (neovim#36529). So what is typed of it is left out here.
local function accept(word_only)
  return vim.lsp.inline_completion.get({ on_accept = function(item)
    local text = item.insert_text
    if type(text) ~= "string" or not item.range then return item end
    local first, start, last, stop = item.range:to_extmark()
    local row, column = unpack(vim.api.nvim_win_get_cursor(0))
    row = row - 1
    if row ~= first or row ~= last or column < start then return item end
    local typed = vim.api.nvim_get_current_line():sub(start + 1, column)
    if not vim.startswith(text, typed) then return item end
    local rest = text:sub(#typed + 1)
    local word = word_only and (rest:match("^%s*[%w_\128-\255]+") or rest:match("^%s*[^%w_%s\128-\255]+"))
    if word and #word < #rest then
      rest, stop, item = word, column, nil -- the end of what is replaced is a matter of the last word
    end
    local lines = vim.split(rest, "\n")
    vim.api.nvim_buf_set_text(0, row, column, row, math.max(column, stop), lines)
    vim.api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and column or 0) + #lines[#lines] })
    local client = item and item.command and vim.lsp.get_client_by_id(item.client_id)
    if client then client:exec_cmd(item.command, { bufnr = 0 }) end
  end })
end

function M.accept() return accept(false) end

function M.accept_word() return accept(true) end

--- Shows several suggestions for the cursor's place and inserts the chosen one.
function M.alternatives()
  run("mai.alternatives", function(client) return { place(client) } end, function(found, client)
    if #found.items == 0 then return vim.notify("MAI has no suggestion here.") end
    local buffer = vim.api.nvim_get_current_buf()
    local options = { prompt = "Suggestions", format_item = function(item) return (item.insertText:gsub("\n", "⏎")) end }
    vim.ui.select(found.items, options, function(item)
      if not item then return end
      vim.lsp.util.apply_text_edits({ { range = item.range, newText = item.insertText } }, buffer, client.offset_encoding)
      if item.command then client:exec_cmd(item.command, { bufnr = buffer }) end
    end)
  end)
end

--- Goes to the next edit, or makes it where the cursor is in its line.
function M.next_edit()
  local here, line = vim.uri_from_bufnr(0), vim.api.nvim_win_get_cursor(0)[1] - 1
  run("mai.nextEdit", function(client) return { place(client) } end, function(found, client)
    local edit = found.edits[1]
    if not edit then return vim.notify("MAI knows no next edit (" .. found.reason .. ").") end
    local there = edit.textDocument.uri == here
    if not there or line < edit.range.start.line or line > edit.range["end"].line then return end -- the server went there
    local buffer = vim.uri_to_bufnr(here)
    vim.lsp.util.apply_text_edits({ { range = edit.range, newText = edit.text } }, buffer, client.offset_encoding)
    client:exec_cmd(edit.command, { bufnr = buffer })
  end)
end

--- Changes files by an instruction; asks for it where there is none.
function M.refactor(instruction)
  run("mai.refactor", function(client)
    local uri, position = place(client)
    return { instruction or vim.NIL, { uri = uri, position = position } }
  end)
end

--- Changes what stands in some lines, or at the cursor without any, by an instruction.
function M.edit(first, last, instruction)
  run("mai.edit", function(client)
    local uri, where = place(client)
    if first then
      local width = #vim.fn.getline(last)
      local ends = { { first, 0 }, { last, math.max(0, width - 1) } }
      where = vim.lsp.util.make_given_range_params(ends[1], ends[2], 0, client.offset_encoding).range
    end
    return { uri, where, instruction or vim.NIL }
  end)
end

--- Takes the last change back.
function M.undo()
  run("mai.undo", function() return { vim.uri_from_bufnr(0) } end)
end

local function commands()
  local define = vim.api.nvim_create_user_command
  local function words(call) return call.args ~= "" and call.args or nil end
  define("MaiRefactor", function(call) M.refactor(words(call)) end, { nargs = "?", desc = "Change files by an instruction" })
  define("MaiEdit", function(call)
    M.edit(call.range > 0 and call.line1 or nil, call.line2, words(call))
  end, { nargs = "?", range = true, desc = "Change these lines by an instruction" })
  define("MaiNextEdit", M.next_edit, { desc = "Go to the next edit, then make it" })
  define("MaiAlternatives", M.alternatives, { desc = "Choose among several suggestions" })
  define("MaiUndo", M.undo, { desc = "Take the last change of MAI back" })
end

local function keys(map)
  local function key(lhs, act, desc)
    if lhs then vim.keymap.set("i", lhs, function() return act() and "" or lhs end, { expr = true, desc = desc }) end
  end
  if vim.lsp.inline_completion then
    vim.lsp.inline_completion.enable(true)
    key(map.accept, M.accept, "Take MAI's suggestion")
    key(map.word, M.accept_word, "Take a word of MAI's suggestion")
  else
    vim.opt.completeopt = { "menuone", "noselect", "popup" }
    if map.complete then vim.keymap.set("i", map.complete, vim.lsp.completion.get, { desc = "Suggestions" }) end
    vim.api.nvim_create_autocmd("LspAttach", { callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == "mai" then
        vim.lsp.completion.enable(true, client.id, event.buf, { autotrigger = true })
      end
    end })
  end
end

---@param options? mai.Options
function M.setup(options)
  options = vim.tbl_deep_extend("force", defaults, options or {})
  vim.lsp.config("mai", {
    cmd = options.cmd,
    filetypes = options.filetypes,
    root_markers = { ".git" },
    settings = { mai = options.settings },
    init_options = { mai = { input = true } },
    handlers = {
      ["mai/input"] = input,
      ["mai/status"] = function(_, params) state = params end,
    },
  })
  keys(options.keys)
  commands()
  vim.lsp.enable("mai")
end

return M
