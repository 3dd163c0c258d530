"""Lua scripts that update conversations and their drafts atomically."""

from bot.redis import keys

# Lua only reads what it compares, and treats unreadable values as missing, like parse_conversation.
# Drafts are hashes, so that a flow's data doesn't pass through a second JSON library.
LUA = (
    f"""
local function look_at(deadlines, at, draft)
    redis.call('ZADD', deadlines, at, draft)
    redis.call('EXPIRE', deadlines, {keys.DEADLINES_TTL})
end
"""
    """
local function read(key)
    local text = redis.pcall('GET', key)
    if type(text) ~= 'string' then return nil, nil end
    local ok, value = pcall(cjson.decode, text)
    if ok and type(value) == 'table' then return value, text end
    return nil, nil
end
local function forget_running(flow_id)  -- of KEYS: conversation, tombstone
    for number = 1, 2 do
        local value = read(KEYS[number])
        if value and value.flow_id == flow_id then redis.call('DEL', KEYS[number]) end
    end
end
local function joined(one, other)
    if not one or one == '' then return other or '' end
    if not other or other == '' then return one end
    return one .. ',' .. other
end
"""
)

# KEYS: conversation, tombstone, draft, deadlines, latest flow of its kind. ARGV: text, flow_id,
# version when it was loaded, update, TTL in ms, tombstone, its TTL in s, flow, now and expiry in
# ms, language, TTL of the draft in s, whether it is continued, whether the person is told if it
# expires, key prefix of this person's drafts.
SAVE = (
    LUA
    + """
local current, text = read(KEYS[1])
local function is_number(value) return type(value) == 'number' end
if current and not (is_number(current.version) and is_number(current.last_update_id)) then
    current = nil
end
local version, update, now = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[9])
local begins = version == 0
if ARGV[13] == '1' then
    local draft = redis.call('HMGET', KEYS[3], 'version', 'over')
    begins = draft[1] == ARGV[3] and not draft[2]
end
if current then
    local next_step = current.flow_id == ARGV[2] and current.version == version
    local new_flow = begins and current.last_update_id < update
    if not next_step and current.last_update_id == update then return {'again', text} end
    if not next_step and not new_flow then return {'lost', text} end
elseif not begins then
    return {'lost'}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])
redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[7])
if current and current.flow_id ~= ARGV[2] and type(current.flow_id) == 'string' then
    -- Its buttons answer nothing any more: let its message say so soon.
    redis.call('ZADD', KEYS[4], 'XX', now, ARGV[15] .. current.flow_id)
end
redis.call('HSET', KEYS[3], 'state', ARGV[1], 'flow', ARGV[8], 'version', version + 1,
    'language', ARGV[11], 'expires_at', ARGV[10], 'messages', '', 'attempts', 0)
local wants_look = ARGV[10]
if ARGV[13] == '1' then
    local shown = redis.call('HMGET', KEYS[3], 'offers', 'stale')
    local stale = joined(shown[1], shown[2])
    redis.call('HSET', KEYS[3], 'offers', '', 'stale', stale)
    redis.call('HDEL', KEYS[3], 'told')
    if stale ~= '' then wants_look = ARGV[9] end
end
if ARGV[14] == '0' then redis.call('HSET', KEYS[3], 'told', 1) end
if version == 0 or ARGV[13] == '1' then redis.call('SET', KEYS[5], ARGV[2], 'EX', ARGV[12]) end
redis.call('EXPIRE', KEYS[3], ARGV[12])
look_at(KEYS[4], wants_look, KEYS[3])
return {'saved'}
"""
)

# KEYS: conversation, tombstone, draft, deadlines. ARGV: flow_id, now in ms.
END = (
    LUA
    + """
forget_running(ARGV[1])
redis.call('ZREM', KEYS[4], KEYS[3])
if redis.call('EXISTS', KEYS[3]) == 0 then return end
redis.call('HSET', KEYS[3], 'over', 1, 'attempts', 0)
local shown = redis.call('HMGET', KEYS[3], 'offers', 'stale')
local stale = joined(shown[1], shown[2])
if stale ~= '' then
    redis.call('HSET', KEYS[3], 'offers', '', 'stale', stale)
    look_at(KEYS[4], ARGV[2], KEYS[3])
end
"""
)

# KEYS: conversation, tombstone, draft. ARGV: flow_id.
TELL = (
    LUA
    + """
forget_running(ARGV[1])
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HSET', KEYS[3], 'told', 1) end
"""
)

# KEYS: conversation, tombstone, draft, deadlines. ARGV: flow_id, now in ms.
LEAVE = (
    LUA
    + """
forget_running(ARGV[1])
redis.call('ZADD', KEYS[4], 'XX', ARGV[2], KEYS[3])
"""
)

# KEYS: draft.
MUTE = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'told', 1) end
"""

# KEYS: draft. ARGV: field, message, version that it shows ('' for any).
NOTE = """
local draft = redis.call('HMGET', KEYS[1], 'version', ARGV[1])
if not draft[1] or (ARGV[3] ~= '' and draft[1] ~= ARGV[3]) then return end
local noted = draft[2] or ''
if string.find(',' .. noted .. ',', ',' .. ARGV[2] .. ',', 1, true) then return end
if noted ~= '' then noted = noted .. ',' end
redis.call('HSET', KEYS[1], ARGV[1], noted .. ARGV[2])
"""
