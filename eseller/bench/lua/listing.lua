-- GETs a list of paths in turn: wrk -s listing.lua URL -- PATH PATH …
local paths, at = {}, 0

function init(args)
  paths = args
  at = math.random(#paths)
end

function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
