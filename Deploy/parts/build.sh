# shellcheck shell=bash
# How Nestor's programs are built. Sourced after progress.sh and machine.sh; uses $top, the checkout.

# Where nestord and nestor are built. The Swift runtime is inside them: the toolchain may lie where only one user can
# read, and need not stay.
# shellcheck disable=SC2034 # the scripts that source this use it
programs=$top/.build/release

build_programs() {
    local product
    for product in nestord nestor; do
        swift build --package-path "$top" -c release --static-swift-stdlib --product "$product" 2>&1 |
            without_static_warnings || return
    done
}

agent_scratch=$top/.build/agent
# The agent as it is pushed: one static file, stripped.
agent_file=$agent_scratch/nestor-agent

# build_agent: makes $agent_file. Says nothing when all is well; the compiler's own words go to standard output.
build_agent() {
    local built
    swift build --package-path "$top" --scratch-path "$agent_scratch" -c release -Xswiftc -static-executable \
        --product nestor-agent 2>&1 | without_static_warnings || return
    built=$(swift build --package-path "$top" --scratch-path "$agent_scratch" -c release \
        -Xswiftc -static-executable --show-bin-path)/nestor-agent || return
    if [ ! -f "$agent_file" ] || [ "$built" -nt "$agent_file" ]; then
        strip -o "$agent_file.new" "$built" && mv "$agent_file.new" "$agent_file" || return
    fi
    agent_is_static "$agent_file"
}

# The linker warns of name-service calls in the toolchain's own libraries, which the agent does not make.
without_static_warnings() {
    sed -u '/warning: Using .* in statically linked applications/d; /warning: the use of .mktemp. is dangerous/d'
}

# The hosts of a fleet have no Swift, and another C library than this machine, or none.
agent_is_static() {
    if readelf -l "$1" | grep -q INTERP; then
        echo "$1 asks for a dynamic loader: it is not static" >&2
        return 1
    fi
}

# building TEXT COMMAND…: a long build whose progress is shown as it goes.
building() {
    local text=$1 log=$top/.build/quickstart.log pid count last='' code=0 wait=0
    shift
    begin "$text"
    mkdir -p "$top/.build"
    "$@" > "$log" 2>&1 &
    pid=$!
    # A Ctrl-C ends the build too: it is in this script's process group.
    while kill -0 "$pid" 2> /dev/null; do
        sleep 0.5
        wait=$((wait + 1))
        [ $((wait % 20)) -eq 0 ] || continue
        count=$(grep -o '^\[[0-9]*/[0-9]*\]' "$log" | tail -n 1 || true)
        if [ "$count" != "$last" ]; then printf '%s ' "$count"; else printf '. '; fi
        last=$count
    done
    wait "$pid" || code=$?
    [ "$code" -eq 0 ] || fail "the build ended with $code" 'see the lines above; the whole log is at the path named there' "$log"
    end finished
}
