import NestingModel

extension CPUInfo {
    func vendor() -> Fact<CPUVendor> {
        switch shape {
        case .x86:
            switch first["vendor_id"] {
            case "GenuineIntel": return .known(.intel)
            case "AuthenticAMD": return .known(.amd)
            case "HygonGenuine": return .known(.hygon)
            case "CentaurHauls", "Shanghai", "Zhaoxin": return .known(.zhaoxin)
            case nil, "": return .unknown("/proc/cpuinfo has no vendor_id")
            case .some: return .known(.other)
            }
        case .arm:
            switch first["CPU implementer"].flatMap(Self.hexadecimal) {
            case 0x41: return .known(.arm)
            case 0x61: return .known(.apple)
            case 0xC0: return .known(.ampere)
            case nil: return .unknown("/proc/cpuinfo has no readable CPU implementer")
            case .some: return .known(.other)
            }
        case .s390x: return .known(.ibm)
        case .power: return .known(isIBMPower ? .ibm : .other)
        case .riscv: return .known(.riscv)
        case .loongarch, .mips: return .known(.other)
        case .unrecognised: return .unknown("/proc/cpuinfo is of no form that this agent knows")
        }
    }

    /// Others make processors of this architecture too.
    var isIBMPower: Bool {
        ["POWER", "PPC970", "Cell"].contains { first["cpu"]?.hasPrefix($0) == true }
    }

    func model() -> Fact<String> {
        let name: String? =
            switch shape {
            case .x86: first["model name"]
            case .arm: first["model name"].flatMap(Self.realARMName) ?? armPart()
            case .s390x:
                first.first { $0.key.hasPrefix("processor ") && $0.value.contains("machine") }.flatMap(
                    { Self.mainframe($0.value) }) ?? first["machine"].map { Self.mainframe(machine: $0) }
            case .power: first["cpu"]
            case .riscv: first["uarch"] ?? riscvIdentity()
            case .loongarch: first["Model Name"]
            case .mips: first["cpu model"]
            case .unrecognised: first["model name"] ?? first["cpu model"] ?? first["cpu"]
            }
        guard let name else { return .unknown("/proc/cpuinfo names no model") }
        // A model name is padded with blanks by some makers.
        return HostText.value(HostText.words(name).joined(separator: " "), of: "the model's name in /proc/cpuinfo")
    }

    private static func hexadecimal(_ text: String) -> Int? {
        text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }

    /// For 32-bit programs the kernel writes "ARMv8 Processor rev 1 (v8l)", which names no model.
    private static func realARMName(_ name: String) -> String? {
        name.hasPrefix("ARMv") || name.isEmpty ? nil : name
    }

    private func armPart() -> String? {
        guard let implementer = first["CPU implementer"], let part = first["CPU part"] else { return nil }
        if Self.hexadecimal(implementer) == 0x41, let number = Self.hexadecimal(part), let name = Self.armParts[number]
        {
            return name
        }
        if Self.hexadecimal(implementer) == 0xC0, Self.hexadecimal(part) == 0xAC3 { return "Ampere-1" }
        return "implementer \(implementer) part \(part)"
    }

    private func riscvIdentity() -> String? {
        guard let vendor = first["mvendorid"], let architecture = first["marchid"] else { return nil }
        return "mvendorid \(vendor) marchid \(architecture)"
    }

    /// From "version = FF,  identification = 2733E8,  machine = 2964".
    private static func mainframe(_ line: String) -> String? {
        guard let word = HostText.words(line).last, Int(word, radix: 16) != nil else { return nil }
        return mainframe(machine: word)
    }

    private static func mainframe(machine: String) -> String {
        mainframes[machine].map { "IBM \(machine) (\($0))" } ?? "IBM \(machine)"
    }

    /// Arm's part numbers of the cores that servers and boards have (Arm's Main ID Register documentation).
    private static let armParts: [Int: String] = [
        0xD03: "Cortex-A53", 0xD04: "Cortex-A35", 0xD05: "Cortex-A55", 0xD07: "Cortex-A57", 0xD08: "Cortex-A72",
        0xD09: "Cortex-A73", 0xD0A: "Cortex-A75", 0xD0B: "Cortex-A76", 0xD0C: "Neoverse-N1", 0xD0D: "Cortex-A77",
        0xD40: "Neoverse-V1", 0xD41: "Cortex-A78", 0xD44: "Cortex-X1", 0xD46: "Cortex-A510", 0xD47: "Cortex-A710",
        0xD48: "Cortex-X2", 0xD49: "Neoverse-N2", 0xD4A: "Neoverse-E1", 0xD4F: "Neoverse-V2", 0xD84: "Neoverse-V3",
        0xD8E: "Neoverse-N3",
    ]

    /// IBM's machine types.
    private static let mainframes: [String: String] = [
        "2097": "z10 EC", "2098": "z10 BC", "2817": "z196", "2818": "z114", "2827": "zEC12", "2828": "zBC12",
        "2964": "z13", "2965": "z13s", "3906": "z14", "3907": "z14 ZR1", "8561": "z15", "8562": "z15 T02",
        "3931": "z16", "3932": "z16 A02", "9175": "z17",
    ]
}
