import CHostProbe
import NestingModel

/// What only the running machine can tell; a value, so that tests can stand in another machine.
struct LiveProbe: Sendable {
    /// The hypervisor signatures of CPUID leaves 0x40000000, 0x40000100, …; nil where the processor has no CPUID.
    var signatures: [String]?
    /// CPUID leaf 1, ECX bit 31.
    var hypervisorBit: Bool?
    /// uname's machine and release.
    var machine: String?
    var release: String?
    /// Opens the device and creates a machine.
    var kvm: @Sendable (_ path: String) -> KVMAnswer

    struct KVMAnswer: Sendable, Equatable {
        /// Nil where it opened, else why not.
        var openFault: String?
        /// Nil where a machine was created, else why not.
        var createFault: String?
        /// The architecture's nesting capability, where there is such a thing.
        var nesting: Bool?
    }

    /// This machine.
    static func here() -> LiveProbe {
        var probe = LiveProbe { answer(of: $0) }
        var registers: [UInt32] = [0, 0, 0, 0]
        if nestor_cpuid(1, &registers) != 0 {
            let bit = registers[2] >> 31 == 1
            probe.hypervisorBit = bit
            probe.signatures = bit ? announced() : []
        }
        var machine = [CChar](repeating: 0, count: 128)
        var release = machine
        if nestor_uname(&machine, &release, machine.count) != 0 {
            probe.machine = text(machine)
            probe.release = text(release)
        }
        return probe
    }

    /// A hypervisor that offers Hyper-V's interface puts that first and its own 0x100 leaves further on. Any other is
    /// the answer: each CPUID costs an exit to every hypervisor below, 75 µs in a guest's guest.
    private static func announced() -> [String] {
        var signatures: [String] = []
        for leaf in stride(from: UInt32(0x4000_0000), through: 0x4001_0000, by: 0x100) {
            var registers: [UInt32] = [0, 0, 0, 0]
            guard nestor_cpuid(leaf, &registers) != 0 else { break }
            let bytes = registers[1...3].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
            let isText = bytes.allSatisfy { $0 == 0 || (0x20..<0x7F).contains($0) }
            // Past its own leaves a processor repeats other data: only text of some length is a signature.
            let signature = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
            guard isText, signature.utf8.count >= 6, !signatures.contains(signature) else { continue }
            signatures.append(signature)
            let vendor = HypervisorSigns.vendor(ofSignatures: [signature])
            if vendor != .hyperv, vendor != .other { break }
        }
        return signatures
    }

    private static func answer(of path: String) -> KVMAnswer {
        var raw = nestor_kvm()
        nestor_probe_kvm(path, &raw)
        guard raw.open_error == 0 else { return KVMAnswer(openFault: text(ofError: raw.open_error)) }
        var answer = KVMAnswer()
        if raw.nesting_capability >= 0 { answer.nesting = raw.nesting_capability > 0 }
        if raw.api_version != 12 {
            answer.createFault = "it answers with KVM's API version \(raw.api_version), not 12"
        } else if raw.create_error != 0 {
            answer.createFault = text(ofError: raw.create_error)
        }
        return answer
    }

    private static func text(ofError number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        nestor_error_text(number, &buffer, buffer.count)
        return text(buffer).lowercased()
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
