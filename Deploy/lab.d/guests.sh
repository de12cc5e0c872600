# shellcheck shell=bash
# The lab's guests: L1, a Debian with libvirt in it, defined on L0; L2 inside L1; and, on demand, small guests
# beside L1. Sourced by Deploy/lab; uses $state and $lab_image.

new_uuid() {
    cat /proc/sys/kernel/random/uuid
}

# small_guest TYPE NAME UUID KERNEL INITRD SERIAL-LOG CPU: the definition of a guest that is all initramfs.
small_guest() {
    cat << XML
<domain type='$1'>
  <name>$2</name>
  <uuid>$3</uuid>
  <memory unit='MiB'>${small_guest_memory:-256}</memory>
  <vcpu placement='static'>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$4</kernel>
    <initrd>$5</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 no_timer_check${small_guest_cmdline:-}</cmdline>
  </os>
  <features><acpi/><apic/></features>
  $7
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <serial type='file'><source path='$6' append='on'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
XML
}

# What only this lab's L1 has: appended to its initramfs, and laid over its disk at the first boot.
l1_seed() {
    local folder=$1 uuid=$2 inner=$3 seed
    seed=$(mktemp -d "$state/seed.XXXXXX")
    chmod 755 "$seed"
    (
        umask 022
        mkdir -p "$seed/seed/etc/ssh" "$seed/seed/etc/libvirt/qemu" "$seed/seed/var/lib/nestor-lab"
        mkdir -p "$seed/seed/root/.ssh"
        chmod 700 "$seed/seed/root" "$seed/seed/root/.ssh"
        echo build-l1 > "$seed/seed/etc/hostname"
        printf '127.0.0.1 localhost\n127.0.1.1 build-l1\n' > "$seed/seed/etc/hosts"
        tr -d - <<< "$uuid" > "$seed/seed/etc/machine-id"
        ssh-keygen -q -t ed25519 -N '' -C "nestor lab's build-l1" -f "$seed/seed/etc/ssh/ssh_host_ed25519_key"
        install -m 600 "$state/operator_ed25519.pub" "$seed/seed/root/.ssh/authorized_keys"
        small_guest kvm inner "$inner" /var/lib/nestor-lab/inner/vmlinuz /var/lib/nestor-lab/inner/initrd.img \
            /var/log/libvirt/qemu/inner-serial.log "<cpu mode='host-passthrough' check='none'/>" \
            > "$seed/seed/etc/libvirt/qemu/inner.xml"
    )
    cp "$seed/seed/etc/ssh/ssh_host_ed25519_key.pub" "$state/l1_host_key.pub"
    { cat "$lab_image/initrd.img" && (cd "$seed" && find seed | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1); } \
        > "$folder/initrd.img"
    rm -rf -- "$seed"
}

# L1 has two processors and uses one (maxcpus=1). KVM rewrites the scheduler's own code with the first and the last
# virtual machine, and QEMU 7.2, which runs each processor on a thread of its own, may keep code that it read in the
# middle of that: both processors then stand still in a breakpoint that is long gone. Where one runs, nobody else
# rewrites what it reads. (All processors on one thread, `-accel tcg,thread=single`, and L2 does not always start.)
l1_definition() {
    local folder=$1 uuid=$2 port=$3 nesting=$4 memory=$5 vcpus=$6 svm=require
    [ "$nesting" = on ] || svm=disable
    cat << XML
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>build-l1</name>
  <uuid>$uuid</uuid>
  <memory unit='MiB'>$memory</memory>
  <vcpu placement='static'>$vcpus</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$lab_image/vmlinuz</kernel>
    <initrd>$folder/initrd.img</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 net.ifnames=0 no_timer_check maxcpus=1</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <cpu mode='custom' match='exact' check='none'>
    <model fallback='forbid'>EPYC</model>
    <feature policy='$svm' name='svm'/>
  </cpu>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='$folder/disk.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <serial type='file'><source path='$folder/serial.log' append='on'/></serial>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-netdev'/>
    <qemu:arg value='user,id=n0,hostfwd=tcp:127.0.0.1:$port-:22'/>
    <qemu:arg value='-device'/>
    <qemu:arg value='virtio-net-pci,netdev=n0,addr=0x10,mac=52:54:00:00:00:01'/>
  </qemu:commandline>
</domain>
XML
}

# as_guest_file FILE…: QEMU reads and writes these.
as_guest_file() {
    if [ "$(id -u)" -eq 0 ]; then chown nobody:nogroup "$@"; fi
}

# l1_make NESTING MEMORY VCPUS: defines L1 and starts it.
l1_make() {
    local folder=$state/l0/v/guests/build-l1 uuid inner port
    begin "defining build-l1 (nesting $1, $2 MiB, $3 vCPUs)"
    uuid=$(new_uuid)
    inner=$(new_uuid)
    port=$(free_port)
    mkdir -m 700 "$folder"
    l1_seed "$folder" "$uuid" "$inner"
    qemu-img create -q -f qcow2 -b "$lab_image/root.ext4" -F raw "$folder/disk.qcow2" > "$state/run/l1.log" 2>&1 ||
        fail 'qemu-img made no disk' 'see the lines above' "$state/run/l1.log"
    l1_definition "$folder" "$uuid" "$port" "$1" "$2" "$3" > "$folder/domain.xml"
    as_guest_file "$folder" "$folder"/*
    printf '%s' "$uuid" > "$state/l1_uuid"
    printf '%s' "$inner" > "$state/l2_uuid"
    printf '%s' "$port" > "$state/l1_port"
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 "$state/l1_host_key.pub")" >> "$state/known_hosts"
    l0_virsh define --validate "$folder/domain.xml" >> "$state/run/l1.log" 2>&1 ||
        fail 'libvirt refuses the definition of build-l1' 'see the lines above' "$state/run/l1.log"
    end finished
}

l1_ssh() {
    lab_ssh "$(cat "$state/l1_port")" root "$@"
}

l1_is_ready() {
    l1_ssh test -e /run/nestor-lab/ready
}

l1_start() {
    local serial=$state/l0/v/guests/build-l1/serial.log
    begin 'booting build-l1 (software emulation)'
    l0_virsh start build-l1 >> "$state/run/l1.log" 2>&1 ||
        fail 'libvirt cannot start build-l1' 'see the lines above' "$state/run/l1.log"
    wait_until 300 l1_is_ready ||
        fail "build-l1's sshd did not answer within 300 s" \
            "see its serial line; a machine that is very busy may need another try" "$serial"
    end ready
}

l2_is_up() {
    l1_ssh grep -q 'guest:.up' /var/log/libvirt/qemu/inner-serial.log
}

l2_start() {
    begin 'booting inner, the guest inside build-l1 (KVM in software emulation)'
    if ! l1_ssh virsh -q -c qemu:///system start inner > "$state/run/l2.log" 2>&1; then
        (l1_has_banner) 2> /dev/null || l1_evidence >> "$state/run/l2.log" 2>&1
        fail "build-l1's libvirt cannot start inner" 'see the lines above' "$state/run/l2.log"
    fi
    if ! wait_until 240 l2_is_up; then
        l1_ssh tail -n 20 /var/log/libvirt/qemu/inner-serial.log /var/log/libvirt/qemu/inner.log \
            >> "$state/run/l2.log" 2>&1 || true
        fail 'inner did not come up within 240 s' 'see the lines above' "$state/run/l2.log"
    fi
    end ready
}

# more_guests COUNT: small guests beside build-l1 on L0, without an agent: web-1, web-2, …
more_guests() {
    local number folder uuid
    [ "$1" -gt 0 ] || return 0
    begin "starting $1 small guests beside it"
    : > "$state/more_guests"
    for ((number = 1; number <= $1; number++)); do
        folder=$state/l0/v/guests/web-$number
        uuid=$(new_uuid)
        mkdir -m 700 "$folder"
        small_guest_memory=128 small_guest qemu "web-$number" "$uuid" "$lab_image/vmlinuz" \
            "$lab_image/guest-initrd.img" "$folder/serial.log" \
            "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>EPYC</model><feature policy='disable' name='svm'/></cpu>" \
            > "$folder/domain.xml"
        as_guest_file "$folder" "$folder/domain.xml"
        { l0_virsh define --validate "$folder/domain.xml" && l0_virsh start "web-$number"; } >> "$state/run/more.log" 2>&1 ||
            fail "libvirt cannot define and start web-$number" 'see the lines above' "$state/run/more.log"
        printf 'web-%s %s\n' "$number" "$uuid" >> "$state/more_guests"
    done
    for ((number = 1; number <= $1; number++)); do
        # As root, for the file is nobody's.
        wait_until 120 grep -q 'guest: up' "$state/l0/v/guests/web-$number/serial.log" ||
            fail "web-$number did not come up within 120 s" 'see its serial line' \
                "$state/l0/v/guests/web-$number/serial.log"
    done
    end ready
}
