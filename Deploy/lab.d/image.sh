# shellcheck shell=bash
# The lab's image: made once without privilege, kept in a cache, named by a digest of its recipe.
# Sourced by Deploy/lab after parts/progress.sh and parts/machine.sh; uses $lab_parts.

# What the nested host is made of. No systemd, no kernel package (it is unpacked by hand, without its initramfs).
image_packages=openssh-server,libvirt-daemon,libvirt-daemon-driver-qemu,libvirt-clients,qemu-system-x86
image_packages+=,iproute2,udev,kmod,busybox-static,cron,procps

# The image's Debian is this machine's: fakechroot wants the same C library on both sides.
image_suite() {
    local suite
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && [ "${ID:-}" = debian ] && printf '%s' "${VERSION_CODENAME:-}") || true
    printf '%s' "${NESTOR_LAB_SUITE:-${suite:-bookworm}}"
}

# Where images lie: readable by nobody, as whom QEMU runs when root runs the lab.
image_cache() {
    if [ -n "${NESTOR_LAB_CACHE:-}" ]; then
        printf '%s' "$NESTOR_LAB_CACHE"
    elif [ "$(id -u)" -eq 0 ]; then
        printf '/var/cache/nestor'
    else
        printf '%s/nestor' "${XDG_CACHE_HOME:-$HOME/.cache}"
    fi
}

image_base_key() {
    printf '%s %s %s' "$(image_suite)" "$image_packages" "$(sha256sum < "$lab_parts/bootstrap")" |
        sha256sum | cut -c 1-16
}

image_key() {
    {
        image_base_key
        cat "$lab_parts/assemble" "$lab_parts"/guest/*
    } | sha256sum | cut -c 1-16
}

# image_dir: the image's folder, with root.ext4, vmlinuz, initrd.img and guest-initrd.img, whether it exists or not.
image_dir() {
    printf '%s/image-%s' "$(image_cache)" "$(image_key)"
}

# Old images go when nothing has used them for two weeks.
image_prune() {
    local cache=$1 keep=$2 base=$3 old
    find "$cache" -mindepth 1 -maxdepth 1 \( -name 'image-*' -o -name 'base-*' -o -name 'work.*' \) -mtime +14 |
        while read -r old; do
            case $old in "$keep" | "$base") ;; *) rm -rf -- "$old" ;; esac
        done
}

# Makes the image unless it is there.
image_make() {
    local cache image base work log
    cache=$(image_cache)
    image=$(image_dir)
    base=$cache/base-$(image_base_key).tar.zst
    if [ -f "$image/root.ext4" ]; then
        touch "$image" "$base" 2> /dev/null || true
        say "→ lab image: there ($image)"
        return
    fi
    part "$lab_parts/../packages" lab
    (umask 022 && mkdir -p "$cache") || fail "the cache folder $cache cannot be made" \
        'give another one by NESTOR_LAB_CACHE'
    exec 8> "$cache/.lock"
    step_name='waiting for another image build'
    flock -w 900 8 || fail 'another image build holds the cache for more than 15 minutes' \
        "see what holds $cache/.lock"
    if [ -f "$image/root.ext4" ]; then
        # What starts later must not inherit the lock.
        exec 8>&-
        return
    fi
    image_prune "$cache" "$image" "$base"
    work=$(umask 022 && mktemp -d "$cache/work.XXXXXX")
    chmod 755 "$work"
    # shellcheck disable=SC2064 # this folder, now
    trap "rm -rf -- '$work'" EXIT
    log=$cache/image.log
    : > "$log"
    if [ ! -f "$base" ]; then
        begin "bootstrapping Debian $(image_suite) for the nested host (once, about 45 s)"
        "$lab_parts/bootstrap" "$(image_suite)" "$image_packages" "$work/base.tar.zst" > "$log" 2>&1 8>&- ||
            fail 'mmdebstrap did not end well' \
                'see that this machine reaches its Debian mirror (NESTOR_LAB_MIRROR names another), then run this again' \
                "$log"
        mv "$work/base.tar.zst" "$base"
        end finished
    fi
    begin 'assembling the lab image'
    mkdir "$work/image"
    fakeroot "$lab_parts/assemble" "$base" "$lab_parts/guest" "$work/tree" "$work/image" >> "$log" 2>&1 8>&- ||
        fail 'the image could not be assembled' "see the log; remove $base if it is damaged, and run this again" "$log"
    chmod -R a+rX "$work/image"
    mv "$work/image" "$image"
    rm -rf -- "$work"
    trap - EXIT
    exec 8>&-
    end "ready ($(du -sh "$image" | cut -f 1))"
}
