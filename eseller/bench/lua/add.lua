-- Each request is a new visitor who puts one variant in the cart: wrk -s add.lua URL -- FIRST_VARIANT HOW_MANY
local first, many = 0, 1
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  first, many = tonumber(args[1]), tonumber(args[2])
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.headers["Sec-Fetch-Site"] = "same-origin"
end

function request()
  local variant = first + math.random(many) - 1
  return wrk.format("POST", "/cart/add", nil, "quantity=1&variant=" .. variant)
end

good, bad = 0, 0 -- global, so that done() can ask each thread
function response(status, headers)
  if status == 303 and headers["location"] then good = good + 1 else bad = bad + 1 end
end

function done(summary)
  for _, thread in ipairs(threads) do
    print("DONE " .. thread:get("good"))
    print("ERRORS " .. thread:get("bad"))
  end
end
