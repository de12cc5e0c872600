# shellcheck shell=bash
# How Deploy's scripts speak: each step one line, each failure with the step, the reason and the way out.
# Sourced; the caller has `set -euo pipefail`.

step_name=''
step_since=0
step_open=''

# begin TEXT: a step starts. Its line is finished by `end` or by a failure.
begin() {
    step_name=$1
    step_since=$SECONDS
    step_open=yes
    printf '→ %s … ' "$1"
}

# end TEXT: the step ended well.
end() {
    printf "%s after %d s\n" "$1" "$((SECONDS - step_since))"
    step_open=''
}

# say TEXT: a line between steps.
say() {
    printf '%s\n' "$1"
}

# fail WHY REMEDY [LOG]: ends the script; LOG's last lines are shown.
fail() {
    local why=$1 remedy=$2 log=${3:-}
    [ -z "$step_open" ] || printf 'failed after %d s\n' "$((SECONDS - step_since))"
    trap - ERR
    {
        if [ -n "$log" ] && [ -s "$log" ]; then
            printf '\n  last lines of %s:\n' "$log"
            # Logs hold what guests print: no control characters reach the terminal.
            tail -n 15 "$log" | LC_ALL=C tr -d '\000-\010\013-\037\177' | cut -c 1-200 | sed 's/^/  | /'
        fi
        printf '\n✗ %s failed: %s\n' "${step_name:-starting}" "$why"
        printf '  What to do: %s\n' "$remedy"
    } >&2
    exit 1
}

# A command that nobody expected to fail still says where.
progress_unexpected() {
    local code=$1 line=$2 command=$3
    # Whoever read our output went away: there is nobody to tell.
    [ "$code" -ne 141 ] || exit 141
    fail "'$command' ended with $code (${BASH_SOURCE[1]##*/}, line $line)" \
        'run it again; if it stays, report this with the lines above'
}
set -E
trap 'progress_unexpected "$?" "$LINENO" "$BASH_COMMAND"' ERR

# part COMMAND…: another of our scripts; when it fails, it has said all there is to say.
part() {
    "$@" || exit
}

# wait_until SECONDS COMMAND…: true as soon as COMMAND succeeds, false when the time is over.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}
