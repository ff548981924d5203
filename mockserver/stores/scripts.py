"""What Redis carries out whole: scripts in Lua, for `RedisStore`.

Kinds of names: s shelves, o their order, q queues, b buckets. `{prefix}:n:{sandbox}` has the names of all that is a
sandbox's, `{prefix}:l:{sandbox}` is there while its keys need no longer life.
"""

_LIFE = """
local function used(prefix, kind, name, life)
  local root = string.match(name, '^[^/]*')
  if redis.call('SADD', prefix .. ':n:' .. root, kind .. name) == 1 then
    redis.call('EXPIRE', prefix .. ':n:' .. root, life)
  end
  redis.call('EXPIRE', prefix .. ':' .. kind .. ':' .. name, life)
  if not redis.call('SET', prefix .. ':l:' .. root, '1', 'EX', math.ceil(life / 8), 'NX') then return end
  redis.call('EXPIRE', prefix .. ':n:' .. root, life)
  redis.call('EXPIRE', prefix .. ':number', life)
  for _, other in ipairs(redis.call('SMEMBERS', prefix .. ':n:' .. root)) do
    redis.call('EXPIRE', prefix .. ':' .. string.sub(other, 1, 1) .. ':' .. string.sub(other, 2), life)
  end
end
"""
"""Remembers that a sandbox has something, and gives all it has a longer life, every now and then."""

COMMIT = (
    _LIFE
    + """
local prefix, life, token = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local at = 4
local function list(width)
  local count = tonumber(ARGV[at])
  local from = at + 1
  at = from + count * width
  return from, from + (count - 1) * width
end

local reads, last_read = list(3)
for i = reads, last_read, 3 do
  local now = redis.call('HGET', prefix .. ':s:' .. ARGV[i], ARGV[i + 1]) or ''
  if now ~= ARGV[i + 2] then return 0 end
end
local writes, last_write = list(3)
local taken, last_taken = list(2)
for i = taken, last_taken, 2 do
  if not redis.call('ZSCORE', prefix .. ':q:' .. ARGV[i], ARGV[i + 1]) then return 0 end
end
local planned, last_planned = list(3)

for i = writes, last_write, 3 do
  local shelf, key, value = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if value == '' then
    redis.call('HDEL', prefix .. ':s:' .. shelf, key)
    redis.call('ZREM', prefix .. ':o:' .. shelf, key)
  else
    if redis.call('HSET', prefix .. ':s:' .. shelf, key, value) == 1 then
      redis.call('ZADD', prefix .. ':o:' .. shelf, redis.call('INCR', prefix .. ':number'), key)
    end
    used(prefix, 's', shelf, life)
    used(prefix, 'o', shelf, life)
  end
end
for i = taken, last_taken, 2 do
  redis.call('ZREM', prefix .. ':q:' .. ARGV[i], ARGV[i + 1])
end
for i = planned, last_planned, 3 do
  local number = string.format('%012x', redis.call('INCR', prefix .. ':number'))
  redis.call('ZADD', prefix .. ':q:' .. ARGV[i], 0, ARGV[i + 1] .. number .. ARGV[i + 2])
  used(prefix, 'q', ARGV[i], life)
end
redis.call('SET', token, '1', 'EX', 60)
return 1
"""
)
"""Carries out what one piece of work wrote if all that it read and took is still so: 1, or 0 and nothing is changed.

ARGV: prefix, seconds of life, token, and four lists with their lengths: reads and writes (shelf, key, value), taken
(queue, member), planned (queue, instant, item).
"""

ADMIT = (
    _LIFE
    + """
local prefix, bucket, since, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most, life = tonumber(ARGV[5]), tonumber(ARGV[6])
local passed = prefix .. ':b:' .. bucket
redis.call('ZREMRANGEBYLEX', passed, '-', '(' .. since)
local count = redis.call('ZCARD', passed)
if count < most then
  redis.call('ZADD', passed, 0, now .. string.format('%012x', redis.call('INCR', prefix .. ':number')))
  used(prefix, 'b', bucket, life)
  return false
end
if most <= 0 then return '' end
return redis.call('ZRANGE', passed, count - most, count - most)[1]
"""
)
"""Lets one request through and answers nothing, or answers the one that has to leave the window first.

ARGV: prefix, bucket, the first instant of the window, now, how many, seconds of life.
"""

_FORGET = """
local function forget(prefix, root, beginning)
  local names = prefix .. ':n:' .. root
  for _, name in ipairs(redis.call('SMEMBERS', names)) do
    if string.sub(name, 2, 1 + #beginning) == beginning then
      redis.call('UNLINK', prefix .. ':' .. string.sub(name, 1, 1) .. ':' .. string.sub(name, 2))
      redis.call('SREM', names, name)
    end
  end
end
"""
"""Forgets what a sandbox has whose name begins so."""

CLEAR = (
    _FORGET
    + """
forget(ARGV[1], ARGV[2], ARGV[3])
return 1
"""
)
"""Forgets what begins so. ARGV: prefix, sandbox, beginning."""

COPY = (
    _LIFE
    + _FORGET
    + """
local prefix, root, source, target, life = ARGV[1], ARGV[2], ARGV[3], ARGV[5], tonumber(ARGV[6])
forget(prefix, ARGV[4], target)
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':n:' .. root)) do
  if string.sub(name, 2, 1 + #source) == source then
    local kind, copied = string.sub(name, 1, 1), target .. string.sub(name, 2 + #source)
    local from = prefix .. ':' .. kind .. ':' .. string.sub(name, 2)
    if redis.call('COPY', from, prefix .. ':' .. kind .. ':' .. copied) == 1 then
      used(prefix, kind, copied, life)
    end
  end
end
return 1
"""
)
"""Forgets what begins like the target, and has what begins like the source there too.

ARGV: prefix, sandbox and beginning of the source, sandbox and beginning of the target, seconds of life.
"""
