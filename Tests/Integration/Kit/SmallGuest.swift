import Foundation
import NestorTestKit

/// A guest that runs a BIOS and no system, in software emulation: it starts at once, needs no image, and never hears
/// its power button.
struct SmallGuest {
    var name: String
    var uuid = UUID().uuidString.lowercased()
    /// Whether its CPU offers svm.
    var exposes = false
    var memoryMiB = 16
    var balloonMiB: Int?
    var vcpus = 1
    /// Added to `<devices>`.
    var devices = ""

    var definition: String {
        """
        <domain type='qemu'>
          <name>\(name)</name>
          <uuid>\(uuid)</uuid>
          <memory unit='MiB'>\(memoryMiB)</memory>
          <currentMemory unit='MiB'>\(balloonMiB ?? memoryMiB)</currentMemory>
          <vcpu placement='static'>\(vcpus)</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          <features><acpi/><apic/></features>
          <cpu mode='custom' match='exact' check='none'>
            <model fallback='forbid'>EPYC</model>
            <feature policy='\(exposes ? "require" : "disable")' name='svm'/>
          </cpu>
          <on_poweroff>destroy</on_poweroff>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            \(devices)
            <memballoon model='virtio'/>
          </devices>
        </domain>
        """
    }
}

extension PrivateLibvirt {
    func define(_ guest: SmallGuest) throws {
        let file = try TemporaryFolder()
        try virsh("define", "--validate", try file.write(guest.definition, to: "guest.xml"))
    }
}
