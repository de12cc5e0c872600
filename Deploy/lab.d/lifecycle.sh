# shellcheck shell=bash
# The lab as a whole: up, plain, down, status, and a power cut. Sourced by Deploy/lab; uses $state.

# A path that fits: libvirt's monitor sockets lie some 60 characters below, and a socket's path ends at 107.
lab_check_state() {
    [[ $state =~ ^/[A-Za-z0-9._/+-]+$ ]] || fail "the state folder '$state' is not a plain absolute path" \
        'name one of letters, digits and . _ + - by --state'
    [ "${#state}" -le 48 ] || fail "the state folder's path is ${#state} characters long, and 48 are the most" \
        'name a shorter one by --state: the paths of Unix sockets are limited'
    if [ -e "$state" ] && [ ! -e "$state/.nestor-lab" ] && [ -n "$(ls -A "$state")" ]; then
        fail "$state exists and is no lab's" 'name another folder by --state'
    fi
    if [ -e "$state" ] && [ ! -O "$state" ]; then
        fail "$state belongs to another user" 'name another folder by --state'
    fi
}

lab_lock() {
    exec 9> "$state/.nestor-lab"
    flock -w 120 9 || fail "another Deploy/lab works on $state for more than two minutes" 'wait for it'
}

lab_clean() {
    local record
    # What others started on this lab, such as the quickstart's controller, is recorded beside its own.
    for record in "$state"/run/*; do
        case $record in *.log | */libvirtd | */sshd | '*') ;; *) [ ! -f "$record" ] || end_process "$record" ;; esac
    done
    l0_end TERM
    find "$state" -mindepth 1 -maxdepth 1 ! -name .nestor-lab -exec rm -rf -- {} +
}

lab_begin() {
    lab_check_state
    { mkdir -p "$state" && [ -w "$state" ]; } ||
        fail "the state folder $state cannot be made or written" 'name another folder by --state'
    chmod 711 "$state"
    lab_lock
    if [ -n "$(find "$state" -mindepth 1 -maxdepth 1 ! -name .nestor-lab -print -quit)" ]; then
        begin 'clearing away the lab that was there'
        lab_clean
        end finished
    fi
}

public_part() { cut -d ' ' -f 1,2 "$1"; }
fingerprint() { ssh-keygen -l -E sha256 -f "$1" | cut -d ' ' -f 2; }

# Everything that others need, as JSON. All values are made here: none needs escaping.
lab_write_json() {
    local nesting=${1:-} l0=$state/l0 more='' name uuid
    if [ -f "$state/more_guests" ]; then
        while read -r name uuid; do more="$more${more:+, }{\"name\": \"$name\", \"uuid\": \"$uuid\"}"; done \
            < "$state/more_guests"
    fi
    {
        cat << JSON
{
  "state": "$state",
  "operatorKey": "$state/operator_ed25519",
  "knownHosts": "$state/known_hosts",
  "l0": {
    "address": "127.0.0.1",
    "port": $(cat "$l0/ssh/port"),
    "user": "$l0_user",
    "hostKey": "$(public_part "$l0/ssh/host_ed25519_key.pub")",
    "hostKeyFingerprint": "$(fingerprint "$l0/ssh/host_ed25519_key.pub")",
    "libvirtSocket": "$(l0_socket)",
    "libvirtUser": "$([ "$(id -u)" -eq 0 ] && echo nobody || echo "$l0_user")",
    "authorizedKeys": "$l0/ssh/authorized_keys",
    "agentDirectory": "$l0/agent",
    "agentStateDirectory": "$l0/agent-state"
  },
JSON
        if [ -n "$nesting" ]; then
            cat << JSON
  "l1": {
    "name": "build-l1",
    "uuid": "$(cat "$state/l1_uuid")",
    "address": "127.0.0.1",
    "port": $(cat "$state/l1_port"),
    "user": "root",
    "hostKey": "$(public_part "$state/l1_host_key.pub")",
    "hostKeyFingerprint": "$(fingerprint "$state/l1_host_key.pub")",
    "serialLog": "$l0/v/guests/build-l1/serial.log",
    "nesting": $([ "$nesting" = on ] && echo true || echo false)
  },
  "l2": {
    "name": "inner",
    "uuid": "$(cat "$state/l2_uuid")",
    "running": $([ "$nesting" = on ] && echo true || echo false)
  },
JSON
        else
            printf '  "l1": null,\n  "l2": null,\n'
        fi
        cat << JSON
  "guests": [$more],
  "pids": {
    "libvirtd": $(recorded_process "$state/run/libvirtd"),
    "sshd": $(recorded_process "$state/run/sshd")
  }
}
JSON
    } > "$state/lab.json.new"
    mv "$state/lab.json.new" "$state/lab.json"
}

lab_is_whole() {
    [ -f "$state/lab.json" ] && process_runs "$state/run/libvirtd" && process_runs "$state/run/sshd" &&
        { [ ! -f "$state/l1_uuid" ] || [ "$(l0_virsh domstate build-l1 2> /dev/null)" = running ]; }
}

# lab_up NESTING MEMORY VCPUS GUESTS
lab_up() {
    lab_image=$(image_dir)
    if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid nobody --regid nogroup --clear-groups test -r "$lab_image/root.ext4"; then
        fail "nobody, as whom QEMU runs, cannot read $lab_image" \
            'name a cache folder that all may read by NESTOR_LAB_CACHE'
    fi
    lab_begin
    l0_prepare
    l0_start_libvirtd
    l0_start_sshd
    l1_make "$1" "$2" "$3"
    keeper_start
    l1_start
    begin 'looking at KVM inside build-l1'
    if l1_ssh test -c /dev/kvm; then
        [ "$1" = on ] || fail 'build-l1 has /dev/kvm, though nesting is off' 'report this' \
            "$state/l0/v/guests/build-l1/serial.log"
        end 'there'
        l2_start
    else
        [ "$1" = off ] || fail 'build-l1 has no /dev/kvm, though nesting is on' 'report this' \
            "$state/l0/v/guests/build-l1/serial.log"
        end 'none, as asked'
    fi
    more_guests "$4"
    lab_write_json "$1"
    say "lab up: $state/lab.json"
}

lab_plain() {
    lab_begin
    l0_prepare
    l0_start_libvirtd
    l0_start_sshd
    lab_write_json
    say "lab up, without guests: $state/lab.json"
}

lab_down() {
    if [ ! -e "$state" ]; then
        say "no lab at $state"
        return
    fi
    lab_check_state
    lab_lock
    keeper_tell
    begin "ending the lab at $state"
    lab_clean
    rm -rf -- "$state"
    end finished
}

lab_require() {
    [ -f "$state/lab.json" ] || fail "there is no lab at $state" "start one: Deploy/lab up --state $state"
}

lab_status() {
    local part
    lab_require
    say "lab at $state"
    for part in libvirtd sshd; do
        say "  $part: $(process_runs "$state/run/$part" && echo "runs ($(recorded_process "$state/run/$part"))" || echo 'does not run')"
    done
    if process_runs "$state/run/libvirtd"; then
        l0_virsh list --all | sed '/^$/d; s/^/  L0: /'
        if [ -f "$state/l1_uuid" ] && l1_is_ready 2> /dev/null; then
            l1_ssh virsh -q -c qemu:///system list --all | sed '/^$/d; s/^/  build-l1: /'
        fi
    fi
    lab_is_whole || exit 1
}

# The guest inside L1 starts, as its owner would start it.
lab_start_inner() {
    lab_require
    lab_lock
    wait_until 300 l1_is_ready || l1_evidence >&2
    l2_start
}

# As if L0 lost its power: guests and daemons end at once, what lay in memory is gone; disks stay.
lab_power_cut() {
    lab_require
    lab_lock
    begin 'cutting the power of L0'
    l0_end KILL
    find "$state/l0/v/run" -mindepth 1 -delete
    end finished
}

# L0 boots again: its daemons start, its guests do not.
lab_power_on() {
    lab_require
    lab_lock
    l0_start_libvirtd
    l0_start_sshd
}
