-- Each connection pauses for a millisecond between two requests: wrk -s paced.lua URL
function delay()
  return 1
end
