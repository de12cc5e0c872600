# shellcheck shell=bash
# Processes that a script starts and, in another run, ends: known by id and start time, never by name. Sourced.

# process_started PID: the start time in clock ticks since boot, nothing where there is no such process.
process_started() {
    local stat
    stat=$(cat "/proc/$1/stat" 2> /dev/null) || return 0
    # The command name may hold spaces and brackets: count from behind the last bracket.
    stat=${stat##*) }
    # shellcheck disable=SC2086 # split into words
    set -- $stat
    [ "$1" = Z ] || printf '%s' "${20}"
}

# record_process FILE PID
record_process() {
    printf '%s %s\n' "$2" "$(process_started "$2")" > "$1"
}

# recorded_process FILE: the recorded process' id while it is still the one that was recorded.
recorded_process() {
    local pid started
    [ -f "$1" ] || return 0
    read -r pid started < "$1" || return 0
    if [ -n "$started" ] && [ "$(process_started "$pid")" = "$started" ]; then printf '%s' "$pid"; fi
}

process_runs() {
    [ -n "$(recorded_process "$1")" ]
}

process_ended() {
    ! process_runs "$1"
}

# end_process FILE [SIGNAL]: ends the recorded process, by force after five seconds, and forgets it.
end_process() {
    local pid
    pid=$(recorded_process "$1")
    if [ -n "$pid" ]; then
        kill "-${2:-TERM}" "$pid" 2> /dev/null || true
        wait_until 5 process_ended "$1" || kill -KILL "$pid" 2> /dev/null || true
        wait_until 5 process_ended "$1" || true
    fi
    rm -f "$1"
}

# below PID: the ids of all processes below this one.
below() {
    local child
    for child in $(pgrep -P "$1" || true); do
        printf '%s\n' "$child"
        below "$child"
    done
}

# processes_of FOLDER: the ids of processes that run a program in FOLDER or name a file in it on their command line
# (but for the shells and scripts that are looking).
processes_of() {
    local folder=$1 entry pid name
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [ -O "$entry" ] || [ "$(id -u)" -eq 0 ] || continue
        if [[ $(readlink "$entry/exe" 2> /dev/null) == "$folder"/* ]]; then
            printf '%s\n' "$pid"
            continue
        fi
        name=$(cat "$entry/comm" 2> /dev/null) || continue
        case $name in
        libvirtd | sshd | qemu-system-*)
            if tr '\0' '\n' < "$entry/cmdline" 2> /dev/null | grep -qF -- "$folder/"; then printf '%s\n' "$pid"; fi
            ;;
        esac
    done
}

# free_port: a TCP port of 127.0.0.1 that nobody listens on, outside the range from which outgoing connections take
# theirs, so that it stays free while a guest restarts.
free_port() {
    local port tries
    for tries in {1..200}; do
        port=$((20000 + (RANDOM * 32768 + RANDOM + tries) % 12000))
        if ! ss -Hltn "sport = :$port" | grep -q .; then
            printf '%s' "$port"
            return
        fi
    done
    fail 'no free TCP port between 20000 and 31999' 'see what listens there: ss -ltn'
}
