# shellcheck shell=bash
# What stands beside L1 as a hardware watchdog stands beside a real host: software emulation may bring a guest to a
# standstill (l1_definition has one way), and QEMU pauses one when its disk was full for a moment. No test is about
# that, so L1 is set going again; what was seen is written down, and told when the lab ends. Sourced by Deploy/lab; uses
# $state.

# Longer than a boot takes on a busy machine, shorter than whoever waits for L1 waits.
keeper_patience=90
keeper_log() { printf '%s/run/keeper.log' "$state"; }

# l1_has_banner: whether L1's sshd speaks; takes no login, and leaves L1's log alone.
l1_has_banner() {
    local banner
    exec 7<> "/dev/tcp/127.0.0.1/$(cat "$state/l1_port")" && read -r -t 10 -n 4 banner <&7 && [ "$banner" = SSH- ]
}

# l1_evidence: what tells why L1 is silent.
l1_evidence() {
    local what
    printf '%s build-l1 is %s\n' "$(date +%FT%T%z)" "$(l0_virsh domstate build-l1 --reason 2>&1 | tr '\n' ' ')"
    for what in 'info status' 'info registers -a' 'info lapic'; do
        l0_virsh qemu-monitor-command build-l1 --hmp "$what" 2>&1 | grep -E 'status|CPU#|[RE]IP=|ISR|IRR' || true
    done
    df -h "$state" | tail -n 1
    echo 'its serial line:'
    tail -n 15 "$state/l0/v/guests/build-l1/serial.log"
}

# One look. Uses and sets `since`, when L1 of the libvirt id `id` was last heard or began.
keeper_look() {
    local now_id
    now_id=$(l0_virsh domid build-l1 2> /dev/null) || now_id=''
    if [ "$now_id" != "$id" ] || [[ ! $now_id =~ ^[0-9]+$ ]] || (l1_has_banner) 2> /dev/null; then
        id=$now_id since=$SECONDS
        return
    fi
    case $(l0_virsh domstate build-l1 --reason 2> /dev/null) in
    *'I/O error'*)
        { l1_evidence && echo 'resumed' && l0_virsh resume build-l1; } >> "$(keeper_log)" 2>&1
        ;;
    running*)
        [ $((SECONDS - since)) -ge "$keeper_patience" ] || return
        { l1_evidence && echo "reset, after $((SECONDS - since)) s of silence" && l0_virsh reset build-l1; } \
            >> "$(keeper_log)" 2>&1
        since=$SECONDS
        ;;
    esac
}

keeper_start() {
    (
        trap - ERR INT
        set +e
        exec 9>&- < /dev/null > /dev/null 2>&1
        id='' since=$SECONDS
        while [ -d "$state/l0" ]; do
            keeper_look
            sleep 10
        done
    ) &
    record_process "$state/run/keeper" $!
}

# keeper_tell: what it had to do, if anything.
keeper_tell() {
    [ ! -s "$(keeper_log)" ] || {
        echo 'build-l1 stood still, and was set going again:'
        LC_ALL=C tr -d '\000-\010\013-\037\177' < "$(keeper_log)" | cut -c 1-200 | sed 's/^/  | /'
    }
}
