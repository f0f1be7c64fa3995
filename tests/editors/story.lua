-- Drives the configuration of docs/editors/neovim.md through a run; what it saw goes to a file as JSON.
local config, seen_in = arg_config, arg_seen
local seen = {}
local function lenses_of(file)
  vim.cmd("edit " .. file)
  samokoder.start()
  local client = vim.lsp.get_client_by_id(samokoder.client)
  local answer = client.request_sync("textDocument/codeLens", {
    textDocument = { uri = vim.uri_from_bufnr(0) },
  }, 20000, 0)
  local titles = {}
  for _, lens in ipairs(answer and answer.result or {}) do
    table.insert(titles, lens.command.title)
  end
  return titles
end
local ok, fault = pcall(function()
  dofile(config)
  vim.cmd("edit brief.md")
  vim.cmd("set filetype=markdown")
  local begun = samokoder.command("generate", { description = "books" })
  seen.state = begun.state
  vim.wait(60000, function()
    return samokoder.command("show", { runId = begun.runId }).state == "verified"
  end, 200)
  seen.proposed = #samokoder.command("changes", { runId = begun.runId }).files
  seen.before = lenses_of(".samokoder/spec.md")
  vim.cmd("edit app/models.py")
  vim.cmd("set filetype=python")
  vim.wait(1000, function() return false end)
  local number = vim.fn.bufnr("%")
  local client = vim.lsp.get_client_by_id(samokoder.client)
  local done = nil
  client.request("workspace/executeCommand", {
    command = "samokoder.accept",
    arguments = { { runId = begun.runId, path = "app/models.py" } },
  }, function(err, result) done = err or result end, number)
  vim.wait(20000, function() return done ~= nil end, 50)
  seen.accepted = done
  seen.buffer = vim.api.nvim_buf_get_lines(number, 0, -1, false)
  seen.rest = samokoder.command("accept", { runId = begun.runId, all = true }).changes.waiting
  seen.lenses = lenses_of(".samokoder/plan.md")
  local slow = samokoder.command("cancel", { runId = begun.runId })
  seen.cancelled = slow.cancelled
end)
if not ok then seen.fault = tostring(fault) end
local file = io.open(seen_in, "w")
file:write(vim.fn.json_encode(seen))
file:close()
vim.cmd("qa!")
