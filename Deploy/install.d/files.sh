# shellcheck shell=bash
# The files of an installed controller. Sourced by Deploy/install; uses $top, $root, $built and $agent_file.

programs_folder=$root/usr/bin
library_folder=$root/usr/lib/nestor
agent_name=nestor-agent-linux-$(uname -m)
settings_file=$root/etc/nestor/nestord.yaml
unit_file=$root/usr/lib/systemd/system/nestord.service
readme_file=$root/usr/share/doc/nestor/README.md

# Whether a file of the running service changed: it is restarted only then.
changed=''

# collect_built DIR: what was just built, stripped, under the names that --built wants.
collect_built() {
    local name
    mkdir -p "$1"
    for name in nestord nestor; do
        [ "$1/$name" -nt "$programs/$name" ] || strip -o "$1/$name" "$programs/$name"
    done
    ln -sf "$agent_file" "$1/"
}

check_built() {
    local name missing
    step_name='looking at the programs'
    for name in nestord nestor nestor-agent; do
        [ -f "$built/$name" ] || fail "there is no $built/$name" \
            'name the folder that holds nestord, nestor and nestor-agent by --built, or leave it out to build them'
    done
    agent_is_static "$built/nestor-agent" || fail 'the hosts of a fleet could not run this agent' \
        'take one that Deploy/install or Deploy/test built'
    for name in nestord nestor; do
        missing=$(ldd "$built/$name" | sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p' | tr '\n' ' ')
        [ -z "$missing" ] || fail "$name needs $missing" "install what it needs: Deploy/packages build"
    done
}

# put MODE FROM TO: in one step, so that whoever reads TO sees the old or the new, and only where they differ.
put() {
    local mode=$1 from=$2 to=$3
    mkdir -p "$(dirname "$to")"
    if cmp -s "$from" "$to"; then
        chmod "$mode" "$to"
        return
    fi
    install -m "$mode" "$from" "$to.new"
    mv -f "$to.new" "$to"
    changed=yes
    say "  $to"
}

# Settings that somebody changed stay; the new ones lie beside the programs, for comparison.
put_settings() {
    local shipped=$library_folder/nestord.yaml fresh=$top/Config/nestord.yaml
    mkdir -p "$(dirname "$settings_file")" "$library_folder"
    if [ ! -e "$settings_file" ] || cmp -s "$settings_file" "$shipped"; then
        put 640 "$fresh" "$settings_file"
    elif ! cmp -s "$settings_file" "$fresh"; then
        say "  $settings_file was changed by hand: kept (the defaults: $shipped)"
    fi
    cmp -s "$fresh" "$shipped" || install -m 644 "$fresh" "$shipped"
}

put_files() {
    umask 022
    put 755 "$built/nestord" "$programs_folder/nestord"
    put 755 "$built/nestor" "$programs_folder/nestor"
    put 755 "$built/nestor-agent" "$library_folder/agents/$agent_name"
    # 'nestor check' runs the agent beside it.
    ln -sfn "../lib/nestor/agents/$agent_name" "$programs_folder/nestor-agent"
    put 644 "$here/systemd/nestord.service" "$unit_file"
    put 644 "$top/README.md" "$readme_file"
    put_settings
    mkdir -p "$root/var/lib/nestor"
    chmod 700 "$root/var/lib/nestor"
    chmod 750 "$(dirname "$settings_file")"
}

remove_files() {
    rm -f "$programs_folder/nestord" "$programs_folder/nestor" "$unit_file"
    if [ -L "$programs_folder/nestor-agent" ]; then rm -f "$programs_folder/nestor-agent"; fi
    rm -rf "$library_folder" "$(dirname "$readme_file")"
    if [ -n "$purge" ]; then rm -rf "$(dirname "$settings_file")" "$root/var/lib/nestor"; fi
}
