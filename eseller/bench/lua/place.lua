-- Places orders of carts that were filled beforehand: wrk -s place.lua URL -- LUA_DIR FILE, a cart a line: TOKEN KEY TOTAL
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
  for _, other in ipairs(threads) do other:set("total_threads", #threads) end
end

local form, carts, at = nil, {}, 0
function init(args)
  package.path = args[1] .. "/?.lua"
  form = require("form")
  local line = 0
  for text in io.lines(args[2]) do
    if line % total_threads == number then table.insert(carts, text) end
    line = line + 1
  end
end

good, bad, dry, worst = 0, 0, 0, ""
function request()
  at = at + 1
  if at > #carts then
    -- Nothing is left: what is asked from here on does not count.
    dry = dry + 1
    return wrk.format("GET", "/robots.txt")
  end
  local token, key, total = carts[at]:match("(%S+) (%S+) (%S+)")
  return wrk.format("POST", "/checkout", form.headers(token), form.body(key, total, "invoice"))
end

function response(status, headers, body)
  if status == 303 and (headers["location"] or ""):find("/order/", 1, true) then
    good = good + 1
  elseif dry == 0 then
    bad = bad + 1
    -- The first words that are no mark-up, for whoever has to find out.
    worst = status .. " " .. body:gsub("<style.->.-</style>", ""):gsub("<[^>]*>", " "):gsub("%s+", " "):sub(1, 200)
  end
end

function done(summary)
  for _, thread in ipairs(threads) do
    print("DONE " .. thread:get("good"))
    print("ERRORS " .. thread:get("bad"))
    if thread:get("worst") ~= "" then print("WORST " .. thread:get("worst")) end
    if thread:get("dry") > 0 then print("DRY") end
  end
end
