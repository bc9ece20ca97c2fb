-- Guest checkouts, whole: add to cart, open the form, place with the test card; one buyer a thread and connection.
-- wrk -tN -cN -s checkout.lua URL -- LUA_DIR FIRST_VARIANT HOW_MANY
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local form, first, many = nil, 0, 1
local step, cart, key, total = "add", "", "", ""
function init(args)
  package.path = args[1] .. "/?.lua"
  form = require("form")
  first, many = tonumber(args[2]), tonumber(args[3])
  math.randomseed(os.time() + first)
end

function request()
  if step == "add" then
    local headers = form.headers("")
    headers["Cookie"] = nil
    return wrk.format("POST", "/cart/add", headers, "quantity=1&variant=" .. (first + math.random(many) - 1))
  elseif step == "open" then
    return wrk.format("GET", "/checkout", form.headers(cart))
  end
  return wrk.format("POST", "/checkout", form.headers(cart), form.body(key, total, "card"))
end

good, bad = 0, 0 -- global, so that done() can ask each thread
local function hidden(body, name)
  local input = body:match('<input[^>]-name="' .. name .. '"[^>]*>') or ""
  return input:match('value="([^"]*)"')
end

local function fail()
  bad, step = bad + 1, "add"
end

function response(status, headers, body)
  if step == "add" then
    cart = (headers["set-cookie"] or ""):match("cart=([^;]+)")
    if status == 303 and cart then step = "open" else fail() end
  elseif step == "open" then
    key, total = hidden(body, "checkout_key"), hidden(body, "expected_total")
    if status == 200 and key and total then step = "place" else fail() end
  elseif status == 303 and (headers["location"] or ""):find("/order/", 1, true) then
    good, step = good + 1, "add"
  else
    fail()
  end
end

function done(summary)
  for _, thread in ipairs(threads) do
    print("DONE " .. thread:get("good"))
    print("ERRORS " .. thread:get("bad"))
  end
end
