# shellcheck shell=bash
# The lab's L0: a private libvirtd of an ordinary user, and a private sshd. Sourced by Deploy/lab; uses $state.
# When root runs the lab, sshd (and so the agent) runs as root, libvirtd and QEMU as nobody.

l0_user=$(id -un)
l0_socket() { printf '%s/l0/v/run/libvirt/libvirt-sock' "$state"; }

# as_daemon COMMAND…: in this very process, as the user of libvirtd, with L0's folders and nothing else of ours.
as_daemon() {
    local v=$state/l0/v
    set -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME="$v/home" XDG_CONFIG_HOME="$v/config" \
        XDG_DATA_HOME="$v/data" XDG_CACHE_HOME="$v/cache" XDG_RUNTIME_DIR="$v/run" "$@"
    if [ "$(id -u)" -eq 0 ]; then
        set -- setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all --no-new-privs "$@"
    fi
    exec "$@"
}

# virsh on L0, over the socket that the agent uses too.
l0_virsh() {
    virsh -q -c "qemu:///session?socket=$(l0_socket)" "$@"
}

# lab_ssh PORT USER [COMMAND…]: with the operator's key, and the host keys that the lab made.
lab_ssh() {
    local port=$1 user=$2
    shift 2
    ssh -F none -p "$port" -i "$state/operator_ed25519" -o IdentitiesOnly=yes -o IdentityAgent=none \
        -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=5 -o StrictHostKeyChecking=yes \
        -o UserKnownHostsFile="$state/known_hosts" -o GlobalKnownHostsFile=none -o LogLevel=ERROR \
        "$user@127.0.0.1" "$@"
}

l0_prepare() {
    local l0=$state/l0 port
    mkdir -p "$l0/ssh" "$l0/home" "$l0/v"/{home,config/libvirt,data,cache,run,guests} "$state/run"
    chmod 755 "$l0" "$l0/home"
    ssh-keygen -q -t ed25519 -N '' -C "nestor lab's operator" -f "$state/operator_ed25519"
    ssh-keygen -q -t ed25519 -N '' -C "nestor lab's L0" -f "$l0/ssh/host_ed25519_key"
    cp "$state/operator_ed25519.pub" "$l0/ssh/authorized_keys"
    chmod 600 "$l0/ssh/authorized_keys"
    port=$(free_port)
    printf '%s' "$port" > "$l0/ssh/port"
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 "$l0/ssh/host_ed25519_key.pub")" > "$state/known_hosts"
    {
        printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $l0/ssh/host_ed25519_key" \
            "AuthorizedKeysFile $l0/ssh/authorized_keys" "PidFile none" 'PasswordAuthentication no' \
            'KbdInteractiveAuthentication no' 'PermitRootLogin prohibit-password' "AllowUsers $l0_user" \
            'AllowTcpForwarding yes' 'AllowAgentForwarding no' 'X11Forwarding no' 'PermitUserEnvironment no' \
            'UseDNS no' 'MaxStartups 200' 'MaxSessions 100' 'PrintMotd no' 'Subsystem sftp internal-sftp'
        # The state folder may lie under a folder that all may write, such as /var/tmp.
        echo 'StrictModes no'
        # An empty home keeps the shell's start-up files out.
        echo "SetEnv HOME=$l0/home"
        # sshd refuses a locked account unless PAM judges it.
        if [ "$(id -u)" -eq 0 ] && grep -q '^root:!' /etc/shadow; then echo 'UsePAM yes'; else echo 'UsePAM no'; fi
    } > "$l0/ssh/sshd_config"
    # From OpenSSH 9.8 on, sshd punishes addresses whose connections fail, and all of the lab is one address.
    if /usr/sbin/sshd -t -f "$l0/ssh/sshd_config" -o PerSourcePenalties=no 2> /dev/null; then
        echo 'PerSourcePenalties no' >> "$l0/ssh/sshd_config"
    fi
    printf 'stdio_handler = "file"\nsecurity_driver = "none"\n' > "$l0/v/config/libvirt/qemu.conf"
    printf 'log_outputs = "3:stderr"\n' > "$l0/v/libvirtd.conf"
    chmod -R go-rwx "$l0/v"
    if [ "$(id -u)" -eq 0 ]; then chown -R nobody:nogroup "$l0/v"; fi
}

l0_answers() {
    l0_virsh list
}

l0_start_libvirtd() {
    if process_runs "$state/run/libvirtd"; then return; fi
    begin "starting L0's libvirtd ($([ "$(id -u)" -eq 0 ] && echo 'as nobody' || echo "as $l0_user"))"
    (
        trap - ERR
        exec 9>&- < /dev/null >> "$state/run/libvirtd.log" 2>&1
        as_daemon setsid /usr/sbin/libvirtd --config "$state/l0/v/libvirtd.conf" --pid-file "$state/l0/v/run/libvirtd.pid"
    ) &
    record_process "$state/run/libvirtd" $!
    wait_until 60 l0_answers ||
        fail "libvirtd does not answer at $(l0_socket)" \
            "see the log; 'Deploy/lab down' and another 'up' start afresh" "$state/run/libvirtd.log"
    end ready
}

l0_logs_in() {
    lab_ssh "$(cat "$state/l0/ssh/port")" "$l0_user" true
}

l0_start_sshd() {
    if process_runs "$state/run/sshd"; then return; fi
    begin "starting L0's sshd (127.0.0.1:$(cat "$state/l0/ssh/port"))"
    # Only root's sshd wants this folder, which Debian's service makes at boot.
    if [ "$(id -u)" -eq 0 ] && [ ! -d /run/sshd ]; then mkdir -m 755 /run/sshd; fi
    (
        trap - ERR
        exec 9>&- < /dev/null >> "$state/run/sshd.log" 2>&1
        exec setsid /usr/sbin/sshd -D -e -f "$state/l0/ssh/sshd_config"
    ) &
    record_process "$state/run/sshd" $!
    wait_until 15 l0_logs_in ||
        fail "nobody can log in to L0's sshd as $l0_user" \
            "see the log; $l0_user needs a login shell that is not nologin" "$state/run/sshd.log"
    end ready
}

# l0_end [SIGNAL]: ends all that runs on L0: guests, daemons, sessions, detached workers of the agent.
l0_end() {
    local signal=${1:-TERM} pid pids
    pids=$(recorded_process "$state/run/sshd")
    pids=${pids:+$(below "$pids")}
    end_process "$state/run/sshd" "$signal"
    for pid in $pids; do kill "-$signal" "$pid" 2> /dev/null || true; done
    end_process "$state/run/libvirtd" "$signal"
    for pid in $(processes_of "$state/l0"); do kill "-$signal" "$pid" 2> /dev/null || true; done
    wait_until 5 l0_is_empty || for pid in $(processes_of "$state/l0"); do kill -KILL "$pid" 2> /dev/null || true; done
    wait_until 5 l0_is_empty || fail 'some of its processes do not end' "see: $(processes_of "$state/l0" | tr '\n' ' ')"
}

l0_is_empty() {
    [ -z "$(processes_of "$state/l0")" ]
}
