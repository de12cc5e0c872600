# shellcheck shell=bash
# What this machine must have. Sourced after progress.sh.

# An ordinary user's PATH on Debian leaves out where depmod, mke2fs and sshd lie.
export PATH="$PATH:/usr/sbin:/sbin"

# The oldest Swift that builds Nestor: its package description says swift-tools-version 6.2.
swift_needed_major=6
swift_needed_minor=2

require_swift() {
    local version major minor
    command -v swift > /dev/null || fail 'there is no swift command on this machine' \
        "install Swift $swift_needed_major.$swift_needed_minor or newer (https://www.swift.org/install/linux) and put its usr/bin in PATH"
    version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    major=${version%%.*}
    minor=${version#*.}
    minor=${minor%%.*}
    if [ -z "$version" ]; then
        fail "'swift --version' names no version" \
            "install Swift $swift_needed_major.$swift_needed_minor or newer (https://www.swift.org/install/linux)"
    fi
    if [ "$major" -lt "$swift_needed_major" ] ||
        { [ "$major" -eq "$swift_needed_major" ] && [ "$minor" -lt "$swift_needed_minor" ]; }; then
        fail "Swift is $version, and Nestor needs $swift_needed_major.$swift_needed_minor or newer" \
            'install a newer Swift (https://www.swift.org/install/linux) and put its usr/bin first in PATH'
    fi
}

require_apt() {
    if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
        fail 'this machine has no apt' \
            'use Debian 12 or newer (a container of it will do): Nestor is built from its packages'
    fi
}

# checkout_key TOP: a short name of this checkout for this user, so that two checkouts do not meet.
checkout_key() {
    printf '%s-%s' "$(printf '%s' "$1" | sha256sum | cut -c 1-8)" "$(id -un)"
}
