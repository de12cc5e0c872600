# shellcheck shell=bash
# The user and the service of an installed controller. Sourced by Deploy/install after install.d/files.sh.

systemd_runs() {
    [ -d /run/systemd/system ]
}

make_user() {
    if getent passwd nestor > /dev/null; then return; fi
    useradd --system --user-group --no-create-home --home-dir /var/lib/nestor --shell /usr/sbin/nologin nestor ||
        fail 'the user nestor cannot be made' 'see the line above'
    say '  user nestor'
}

own_files() {
    chown root:nestor "$(dirname "$settings_file")" "$settings_file"
    chown nestor:nestor "$root/var/lib/nestor"
}

controller_answers() {
    NESTOR_SOCKET=/run/nestor/nestord.sock /usr/bin/nestor status
}

start_service() {
    begin 'starting the service nestord'
    systemctl daemon-reload
    systemctl enable --quiet nestord.service
    if [ -n "$changed" ]; then systemctl restart nestord.service; else systemctl start nestord.service; fi ||
        fail 'systemd cannot start nestord' "see the journal: journalctl -u nestord -n 50; then: Deploy/install again"
    wait_until 30 controller_answers ||
        fail 'nestord does not answer on /run/nestor/nestord.sock' 'see the journal: journalctl -u nestord -n 50'
    end ready
}

tell_how_to_run() {
    cat << 'TEXT'
systemd does not run here. As root, this starts the controller as its user:
  install -d -o nestor -g nestor -m 0750 /run/nestor
  setpriv --reuid nestor --regid nestor --init-groups --no-new-privs \
      env -i PATH=/usr/bin:/bin HOME=/var/lib/nestor /usr/bin/nestord --config /etc/nestor/nestord.yaml
TEXT
}

install_all() {
    step_name=installing
    if [ -n "$root" ]; then say "→ staging into $root"; else say '→ installing'; fi
    if [ -z "$root" ]; then make_user; fi
    put_files
    if [ -n "$root" ]; then
        say 'staged: the user nestor and the service are made where it is installed'
        return
    fi
    own_files
    [ -n "$changed" ] || say '  all there and the same'
    if systemd_runs; then start_service; else tell_how_to_run; fi
    cat << 'TEXT'

As root:
  nestor host enrol NAME --address HOST --operator-key ~/.ssh/id_ed25519   shows the host key, and asks
  nestor policy preview -f FILE                                            what a policy would change
  nestor report                                                            drift, now
Whoever shall read: add to the group nestor. Whoever shall change: api.admins in /etc/nestor/nestord.yaml too,
which is read when the service starts: systemctl restart nestord.
Take it away again: Deploy/install --remove
TEXT
}

# A controller that systemd does not run is still its user's: it must end before its programs and its user go.
end_by_hand() {
    local pid
    for pid in $(pgrep -u nestor -x nestord || true); do
        [ "$(readlink "/proc/$pid/exe")" = /usr/bin/nestord ] || continue
        kill "$pid" 2> /dev/null || continue
        wait_until 30 is_gone "$pid" || fail "nestord (process $pid) does not end" "end it: kill -KILL $pid"
    done
}

is_gone() {
    [ ! -e "/proc/$1" ]
}

remove_all() {
    begin "removing Nestor${root:+ from $root}"
    if [ -z "$root" ]; then
        if systemd_runs && [ -f "$unit_file" ]; then systemctl disable --now --quiet nestord.service; fi
        if getent passwd nestor > /dev/null; then end_by_hand; fi
    fi
    remove_files
    if [ -z "$root" ]; then
        if systemd_runs; then systemctl daemon-reload; fi
        if [ -n "$purge" ]; then
            rm -rf /run/nestor
            if getent passwd nestor > /dev/null; then userdel nestor; fi
        fi
    fi
    end finished
    [ -n "$purge" ] || say "kept: $root/etc/nestor, $root/var/lib/nestor (store and keys); --purge removes them too, and the user"
}
