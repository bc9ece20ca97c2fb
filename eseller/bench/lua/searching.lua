-- Searches for ever other words, so that nothing that is kept helps: wrk -s searching.lua URL
local at = 0

function init(args)
  at = math.random(1000000)
end

function request()
  at = at + 1
  return wrk.format("GET", "/search?q=a" .. at)
end
