/*
 * What is kept, each key under the hash tag of its endpoint, all with an expiry:
 *
 * - of a gate with a cooldown, a hash: `opens` and `tripped` (times), `era` (time of the last recovery), `probe` and `probeEnds`,
 *   `row` (failures in a row), `since` and `late` (when the row began, and answers to what was asked before), `trips`, `cause`
 * - of a limit of attempts at once, a sorted set: attempts by the time at which what they hold is free again
 * - of a budget, a hash: `per` and `win` (limit and window as stated), `level`, `at`, `cap` and `fix` of one that refills, `t<time>` for
 *   what was spent of one that counts by windows
 * - the processes of an endpoint, a sorted set, by when they were seen
 *
 * What cannot have been written here is as if it were not there.
 */
const COMMON = `
local request = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local DAY = 86400000
local id = request.attemptId

local function call(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  if not string.find(reply.err, 'WRONGTYPE') then error(reply.err, 0) end
  redis.call('DEL', key)
  return redis.call(command, key, ...)
end

local function read(key, fields)
  local found, values = call('HMGET', key, unpack(fields)), {}
  for i, field in ipairs(fields) do values[field] = found[i] end
  return values
end

local function number(value, low, high)
  local n = tonumber(value or nil)
  if n and n >= low and n <= high then return n end
end

local function write(key, lastsMs, ...)
  call('HSET', key, ...)
  redis.call('PEXPIRE', key, math.ceil(lastsMs))
end

local function least(one, other)
  if one and other then return math.min(one, other) end
  return one or other
end

local function opened(found) return number(found.opens, 1, now + DAY) end
local function era(found) return number(found.era, 0, now) or 0 end

local function standing(found)
  return { era = era(found), opensInMs = math.max(0, (opened(found) or 0) - now), cause = found.cause or nil }
end

local function hold(key)
  call('ZADD', key, now + request.leaseMs, id)
  redis.call('PEXPIRE', key, 2 * request.leaseMs)
end

local function capacity(per, win) return win and math.max(1, math.floor(per * win / 60000)) or per end
local function limits(found) return number(found.per, 1e-6, 1e12), number(found.win, 1, DAY) end
`;

export const ADMIT = `${COMMON}
local kinds = {}

function kinds.pass(key, claim)
  local found = read(key, { 'opens', 'era', 'tripped', 'probe', 'probeEnds', 'cause' })
  local opens, record = opened(found), standing(found)
  if not opens then return record end
  local early = claim.earlyMs and (number(found.tripped, 0, now) or 0) + claim.earlyMs
  local due = claim.isProbe and least(opens, early) or opens
  if due > now then
    record.closedBy, record.retryMs = claim.needsProbe and claim.earlyMs and 'cooldown' or 'rate-limit', least(opens, early) - now
  elseif found.probe and found.probe ~= id and number(found.probeEnds, now, now + DAY) then
    record.closedBy, record.retryMs, record.opensInMs = 'probe', 250, 0
  else
    record.isProbe, record.opensInMs = claim.needsProbe, 0
    return record, function()
      if claim.needsProbe then write(key, DAY, 'opens', now, 'probe', id, 'probeEnds', now + request.leaseMs)
      else redis.call('HDEL', key, 'opens') end
    end
  end
  return record
end

function kinds.slot(key, claim)
  call('ZREMRANGEBYSCORE', key, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', key, now + DAY, '+inf')
  if redis.call('ZCARD', key) >= claim.limit and not redis.call('ZSCORE', key, id) then
    return { closedBy = 'maxConcurrency', retryMs = 250 }
  end
  return {}, function() hold(key) end
end

local function window(key, claim, per, win, fix)
  local step, kept, all, spent, past = win / 100, win * 1.005 + 10, {}, 0, {}
  local found = call('HGETALL', key)
  for i = 1, #found, 2 do
    if string.sub(found[i], 1, 1) == 't' then
      local at, amount = number(string.sub(found[i], 2), now - kept, now + 2 * step), number(found[i + 1], 0, 1e12)
      if at and amount then
        spent = spent + amount
        table.insert(all, { at, amount })
      else table.insert(past, found[i]) end
    end
  end
  local most = capacity(per, win)
  local amount = math.min(claim.amount, most)
  local lacking = amount - (most - spent)
  if lacking > 1e-6 then
    table.sort(all, function(one, other) return one[1] < other[1] end)
    local at = now
    for _, each in ipairs(all) do
      at, lacking = each[1], lacking - each[2]
      if lacking <= 1e-6 then break end
    end
    return { perMinute = per, left = most - spent, closedBy = 'limits', retryMs = math.max(1, at + kept - now) }
  end
  local at = math.ceil(now / step) * step
  return { perMinute = per, left = most - spent - amount + fix, spentAt = at }, function()
    for _, field in ipairs(past) do redis.call('HDEL', key, field) end
    redis.call('HINCRBYFLOAT', key, 't' .. string.format('%d', at), amount)
    write(key, math.max(3600000, 2 * win), 'win', win)
  end
end

function kinds.budget(key, claim)
  local found = read(key, { 'per', 'win', 'level', 'at', 'cap', 'fix' })
  local per, win = limits(found)
  per, win = least(per, claim.perMinute), least(win, claim.windowMs)
  if not per then return {} end
  local fix = number(found.fix, 0, 1e15) or 0
  if win then return window(key, claim, per, win, fix) end
  local cap, level, at = number(found.cap, 0, 1e12), number(found.level, -1e12, 1e12), number(found.at, 0, 1e15)
  if not (cap and level and at) then cap, level, at = per, per, now end
  -- The clock of another server, after a failover.
  if at > now + 1000 then at = now end
  level = math.min(per, level + per - cap + math.max(0, now - at) * per / 60000)
  local amount = math.min(claim.amount, per)
  if level + 1e-6 < amount then
    return { perMinute = per, left = level, closedBy = 'limits', retryMs = (amount - level) * 60000 / per + math.max(0, at - now) }
  end
  -- What does not arrive as evenly as it is sent: a full one begins to refill when its first request arrives.
  at = level == per and now + 100 or math.max(now, at)
  level = level - amount
  return { perMinute = per, left = level + fix }, function()
    write(key, 3600000, 'level', level, 'at', at, 'cap', per)
  end
end

local processes = KEYS[1]
call('ZADD', processes, now, request.processId)
redis.call('ZREMRANGEBYSCORE', processes, '-inf', now - 30000)
redis.call('PEXPIRE', processes, 60000)

local records, commits, admitted = {}, {}, true
for i, claim in ipairs(request.claims) do
  local record, commit = kinds[claim.kind](KEYS[i + 1], claim)
  record.gate = claim.gate
  admitted = admitted and not record.closedBy
  table.insert(records, record)
  if commit then table.insert(commits, commit) end
end
if admitted then for _, commit in ipairs(commits) do commit() end end
return cjson.encode({ isAdmitted = admitted, processes = redis.call('ZCARD', processes), gates = records })
`;

export const REPORT = `${COMMON}
local kinds = {}

function kinds.pass(key, move)
  local found = read(key, { 'opens', 'era', 'probe', 'row', 'since', 'late', 'trips' })
  local opens, ended, started = opened(found), move.ended, now - move.ageMs
  local isProbe, row = found.probe == id, number(found.row, 0, 1e9) or 0
  if ended == 'reset' then
    redis.call('DEL', key)
    write(key, DAY, 'era', now)
  elseif ended == 'renewed' then
    if isProbe then write(key, DAY, 'probeEnds', now + request.leaseMs) end
  elseif ended == 'worked' and isProbe then
    redis.call('HDEL', key, 'probe', 'probeEnds', 'row', 'trips')
    -- A cooldown that began while the probe was out stands.
    if not opens or opens <= now then
      redis.call('HDEL', key, 'opens', 'cause')
      write(key, DAY, 'era', now)
    end
  elseif ended == 'worked' and row > 0 and not opens then
    -- Answers to what began before the row do not interrupt it.
    if started < (number(found.since, 0, now) or 0) then write(key, DAY, 'late', (number(found.late, 0, 1e9) or 0) + 1)
    else redis.call('HDEL', key, 'row') end
  elseif ended == 'failed' and started >= era(found) then
    local rule, late = move.rule, number(found.late, 0, 1e9) or 0
    if row == 0 then
      late = 0
      write(key, DAY, 'since', started, 'late', 0)
    end
    row = row + 1
    write(key, DAY, 'row', row)
    if isProbe or rule.isCertain or (not opens and row >= rule.threshold and row > late) then
      local trips = number(found.trips, 0, 1000) or 0
      local lasts = math.min(rule.initialMs * rule.factor ^ trips, rule.maxMs, DAY)
      write(key, DAY, 'opens', math.max(opens or 0, now + lasts), 'tripped', now, 'trips', trips + 1, 'cause', move.cause or '')
    end
    if isProbe then redis.call('HDEL', key, 'probe', 'probeEnds') end
  elseif ended == 'nothing' and isProbe then
    redis.call('HDEL', key, 'probe', 'probeEnds')
  end
  return standing(read(key, { 'opens', 'era', 'cause' }))
end

function kinds.slot(key, move)
  if move.isRenewed then hold(key) else call('ZREM', key, id) end
end

function kinds.budget(key, move)
  if move.perMinute then write(key, 3600000, 'per', move.perMinute) end
  if move.windowMs then write(key, 3600000, 'win', move.windowMs) end
  local found = read(key, { 'per', 'win', 'level', 'fix' })
  local level, fix, missing = number(found.level, -1e12, 1e12), number(found.fix, 0, 1e15) or 0, 0
  -- The service's figure is from when the attempt arrived, and so is ours, but for what was put right since.
  if move.left and move.remaining then missing = math.max(0, move.left - fix - move.remaining) end
  if not move.spentAt then
    if level then write(key, 3600000, 'level', level + move.back - missing, 'fix', fix + missing) end
    return
  end
  local field, now = 't' .. string.format('%d', move.spentAt), 't' .. string.format('%d', now)
  if move.back > 0 and call('HEXISTS', key, field) == 1 then redis.call('HINCRBYFLOAT', key, field, -move.back) end
  local more = missing - math.min(0, move.back)
  if more > 0 then write(key, 3600000, 'fix', fix + missing, now, (number(redis.call('HGET', key, now), 0, 1e12) or 0) + more) end
end

local records = {}
for i, move in ipairs(request.moves) do
  local record = kinds[move.kind](KEYS[i], move)
  if record then
    record.gate = move.gate
    table.insert(records, record)
  end
end
return cjson.encode({ gates = records })
`;

/** Reads the value of a key, or with a second argument sets it. Both reply with it. */
export const OWNER = `
if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1]) return ARGV[2] end
local found = redis.pcall('GET', KEYS[1])
return type(found) == 'string' and found or ''
`;
