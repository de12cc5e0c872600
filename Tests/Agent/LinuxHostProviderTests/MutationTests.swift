import FoundationEssentials
import NestingModel
import NestorTestKit
import Testing

@testable import LinuxHostProvider

@Suite("Damaged trees") struct MutationTests {
    static let base: [String: String] = [
        "/proc/sys/kernel/osrelease": "6.1.0-18-amd64\n",
        "/proc/cmdline": "ro kvm_intel.nested=1 kvm-arm.mode=nested\n",
        "/proc/modules": "kvm_intel 380928 0 - Live 0x0\nkvm 1 1 kvm_intel, Live 0x0\n", "/proc/misc": "232 kvm\n",
        "/proc/sysinfo":
            "LPAR Number: 4\nVM00 Control Program: KVM/Linux\nVM00 UUID: 6e0c6f1a-93d6-4d7b-8f5e-0d2c5e7b9a10\n",
        "/proc/device-tree/compatible": "qemu,pseries\0", "/proc/1/cgroup": "0::/docker/1\n",
        "/sys/class/dmi/id/sys_vendor": "QEMU\n",
        "/sys/class/dmi/id/product_uuid": "6e0c6f1a-93d6-4d7b-8f5e-0d2c5e7b9a10\n",
        "/sys/devices/system/cpu/online": "0-3,7\n", "/sys/devices/system/cpu/cpu0/topology/core_id": "0\n",
        "/sys/module/kvm_intel/parameters/nested": "Y\n", "/sys/module/kvm_intel/parameters/ept": "Y\n",
        "/etc/modprobe.d/kvm.conf": "options kvm_intel \\\n nested=0\nblacklist kvm_amd\ninstall kvm_hv /bin/false\n",
        "/etc/os-release": "PRETTY_NAME=\"Debian GNU/Linux 12\"\n",
        "/etc/machine-id": "3d1219c7c4c5404aaa1f6d2a48adfda4\n",
        "/lib/modules/6.1.0-18-amd64/modules.dep": "kernel/kvm-intel.ko.xz: kernel/kvm.ko.xz\n",
    ]

    @Test("No damage makes the reader crash, or pass on what is not plain text", arguments: 0..<8)
    func damaged(_ part: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let fixture = try FixtureTree()
            var files = Self.base
            files["/proc/cpuinfo"] = RecordedCPUs.all.randomElement(using: &random)
            for (path, text) in files {
                switch Int.random(in: 0..<8, using: &random) {
                case 0: continue
                case 1: try fixture.makeFolder(path)
                case 2:
                    try fixture.link(
                        path, to: ["/proc/cmdline", "../..", "/dev/zero", path].randomElement(using: &random)!)
                default: try fixture.write(path, Self.damage(Array(text.utf8), &random))
                }
            }
            try Self.check(fixture.provider, "seed \(seed)")
        }
    }

    private static func damage(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0..<6, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeSubrange(place...)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.insert(contentsOf: bytes, at: place)
            case 3: bytes.insert(contentsOf: Array("99999999999999999999".utf8), at: place)
            default: bytes.remove(at: place)
            }
        }
        return bytes
    }

    private static func check(_ machine: FixtureMachine, _ comment: String) throws {
        let report = HostReport(
            agent: AgentIdentity(version: "0", protocol: 1, platform: "linux"), time: Date(timeIntervalSince1970: 0),
            host: machine.identity(), level: machine.level(), cpu: machine.cpu(), hypervisor: machine.hypervisor(),
            guests: .absent)
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(HostReport.self, from: data) == report, "\(comment)")
        // JSON escapes control characters: an escape in the text is one that was passed on.
        let text = String(decoding: data, as: UTF8.self)
        #expect(!text.contains("\\u00") && !text.contains("\\n") && !text.contains("\\t"), "\(comment): \(text)")
        if let uuid = report.host.smbiosUUID.value { #expect(SMBIOSUUID.isWellFormed(uuid), "\(comment)") }
        if let threads = report.cpu.threads.value { #expect(threads > 0, "\(comment)") }
        if let cores = report.cpu.cores.value, let sockets = report.cpu.sockets.value {
            #expect(cores >= sockets && sockets > 0, "\(comment)")
        }
    }
}
