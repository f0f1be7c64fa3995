-- From a code action on a brief to files in the folder, with plain LSP; what Neovim itself saw goes to a file as JSON.
local config, seen_in, gate = arg_config, arg_seen, arg_gate
local seen = { asked = {}, progress = {} }

-- The person at the keyboard: answers the question, and leaves the approval to the lens.
vim.lsp.handlers["window/showMessageRequest"] = function(_, asked)
  local titles = {}
  for _, action in ipairs(asked.actions or {}) do table.insert(titles, action.title) end
  table.insert(seen.asked, { message = asked.message, titles = titles })
  for _, action in ipairs(asked.actions or {}) do
    if action.title == "staff" then return action end
  end
  return vim.NIL
end
local report = vim.lsp.handlers["$/progress"]
vim.lsp.handlers["$/progress"] = function(err, told, context, ...)
  table.insert(seen.progress, { kind = told.value.kind, percentage = told.value.percentage })
  return report(err, told, context, ...)
end
local start = vim.lsp.start_client
vim.lsp.start_client = function(given)
  given.init_options = { ask = true, approveSpecification = true }
  return start(given)
end

local function request(method, params)
  local answer = vim.lsp.get_client_by_id(samokoder.client).request_sync(method, params, 20000, 0)
  if answer.err then error(answer.err.message) end
  return answer.result
end
local function titles_of(found)
  local titles = {}
  for _, one in ipairs(found) do table.insert(titles, (one.command and one.command.title) or one.title) end
  return titles
end
local function run(found, title)
  for _, one in ipairs(found) do
    local command = type(one.command) == "table" and one.command or one
    if command.title == title or one.title == title then
      return request("workspace/executeCommand", { command = command.command, arguments = command.arguments })
    end
  end
  error("there is no " .. title .. " among " .. vim.inspect(titles_of(found)))
end
local function lenses()
  return request("textDocument/codeLens", { textDocument = { uri = vim.uri_from_bufnr(0) } })
end
local function until_state(run_id, wanted)
  local state
  vim.wait(60000, function()
    state = samokoder.command("show", { runId = run_id }).state
    return state == wanted
  end, 100)
  return state
end

local ok, fault = pcall(function()
  dofile(config)
  vim.cmd("edit brief.md")
  vim.cmd("set filetype=markdown")
  vim.cmd("write")
  local actions = request("textDocument/codeAction", {
    textDocument = { uri = vim.uri_from_bufnr(0) },
    range = { start = { line = 0, character = 0 }, ["end"] = { line = 0, character = 0 } },
    context = { diagnostics = {} },
  })
  seen.actions = titles_of(actions)
  local begun = run(actions, "Samokoder: build an application from this document")
  seen.waiting = until_state(begun.runId, "waiting")
  vim.wait(20000, function()
    return samokoder.command("show", { runId = begun.runId }).phase == "approving_specification"
  end, 100)

  -- The specification, damaged: its fault is shown where it is, and nothing is approved.
  vim.wait(20000, function() return vim.fn.filereadable(".samokoder/spec.md") == 1 end, 100)
  vim.cmd("edit .samokoder/spec.md")
  vim.cmd("set filetype=markdown")
  local buffer, whole = vim.fn.bufnr("%"), vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.api.nvim_buf_set_lines(buffer, 1, 1, false, { "# Books", "## Nonsense", "text" })
  vim.wait(500, function() return false end)
  seen.refused = not pcall(samokoder.command, "approve", { runId = begun.runId })
  vim.wait(10000, function() return #vim.diagnostic.get(buffer) > 0 end, 50)
  seen.diagnostics = vim.tbl_map(function(one) return one.message end, vim.diagnostic.get(buffer))
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, whole)
  vim.wait(500, function() return false end)

  local found = lenses()
  seen.lenses = titles_of(found)
  run(found, "Approve")
  vim.wait(10000, function() return #vim.diagnostic.get(buffer) == 0 end, 50)
  seen.left = #vim.diagnostic.get(buffer)
  seen.running = until_state(begun.runId, "running")
  seen.cancelled = samokoder.command("cancel", { runId = begun.runId }).state
  io.open(gate, "w"):close()
  samokoder.command("resume", { runId = begun.runId })
  seen.finished = until_state(begun.runId, "verified")
end)
if not ok then seen.fault = tostring(fault) end
local file = io.open(seen_in, "w")
file:write(vim.fn.json_encode(seen))
file:close()
vim.cmd("qa!")
