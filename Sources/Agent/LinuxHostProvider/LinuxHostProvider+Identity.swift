package import NestingModel

extension LinuxHostProvider {
    package func identity() -> HostIdentity {
        let (uuid, source) = smbiosUUID()
        return HostIdentity(
            machineID: machineID(), smbiosUUID: uuid, smbiosUUIDSource: source,
            bootID: tree.value("/proc/sys/kernel/random/boot_id").flatMap { text in
                SMBIOSUUID.isWellFormed(text.lowercased())
                    ? .known(text.lowercased()) : .unknown("/proc/sys/kernel/random/boot_id holds no UUID")
            },
            hostname: hostname(), operatingSystem: operatingSystem(), kernelRelease: kernelRelease(),
            architecture: architecture())
    }

    func kernelRelease() -> Fact<String> {
        let path = "/proc/sys/kernel/osrelease"
        let own = tree.value(path)
        if own.value != nil { return own }
        // "Linux version 6.1.0-18-amd64 (builder@host) …"
        if let version = tree.bytes("/proc/version").value {
            let words = HostText.words(String(decoding: version.prefix(1024), as: UTF8.self))
            if words.count > 2, words[0] == "Linux", words[1] == "version" {
                return HostText.value(words[2], of: "/proc/version")
            }
        }
        if let release = probe?.release { return HostText.value(release, of: "uname") }
        return own
    }

    private func machineID() -> Fact<String> {
        tree.value("/etc/machine-id").flatMap { text in
            let id = text.lowercased()
            if id == "uninitialized" { return .unknown("/etc/machine-id is not initialized yet") }
            guard id.utf8.count == 32, id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
                return .unknown("/etc/machine-id holds no machine id")
            }
            return .known(id)
        }
    }

    /// - Returns: the UUID and where it was read; both have the same state.
    private func smbiosUUID() -> (uuid: Fact<String>, source: Fact<String>) {
        let path = "/sys/class/dmi/id/product_uuid"
        var own = tree.value(path).flatMap { SMBIOSUUID.parse($0, of: path) }
        if own.value != nil { return (own, .known("product_uuid")) }
        if tree.live, own.isUnknown, tree.bytes(path).reason?.contains("not readable") == true {
            own = .unknown("\(path) is readable by root only")
        }
        // Where there is no SMBIOS, QEMU gives the same UUID by the device tree (POWER), and KVM by STHYI (s390x).
        if let bytes = tree.bytes("/proc/device-tree/vm,uuid").value {
            let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            return Self.sourced(SMBIOSUUID.parse(text, of: "/proc/device-tree/vm,uuid"), "device-tree")
        }
        if let sysinfo = tree.bytes("/proc/sysinfo").value {
            var found: String?
            KeyValueFile.forEachPair(in: sysinfo) { key, value in
                if key == "VM00 UUID" { found = String(decoding: value, as: UTF8.self) }
            }
            if let found { return Self.sourced(SMBIOSUUID.parse(found, of: "VM00 UUID in /proc/sysinfo"), "sysinfo") }
        }
        return Self.sourced(own, "product_uuid")
    }

    private static func sourced(_ uuid: Fact<String>, _ source: String) -> (Fact<String>, Fact<String>) {
        (uuid, uuid.map { _ in source })
    }

    private func hostname() -> Fact<String> {
        let running = tree.value("/proc/sys/kernel/hostname")
        if let name = running.value, name != "(none)" { return running }
        guard let text = tree.text("/etc/hostname").value,
            let line = HostText.lines(text).first(where: { !$0.hasPrefix("#") && !HostText.trim($0).isEmpty })
        else { return running.value == nil ? running : .unknown("no hostname is set") }
        return HostText.value(line, of: "/etc/hostname")
    }

    private func operatingSystem() -> Fact<String> {
        var reason: Fact<String>?
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            let name = tree.text(path).flatMap { OSRelease.name(in: $0, of: path) }
            if name.value != nil { return name }
            reason = reason ?? name
        }
        for path in ["/etc/redhat-release", "/etc/SuSE-release"] {
            let name = tree.value(path)
            if name.value != nil { return name }
        }
        return reason ?? .absent
    }

    func architecture() -> Fact<String> {
        if let machine = probe?.machine { return HostText.value(machine, of: "uname") }
        let told = tree.value("/proc/sys/kernel/arch")
        if told.value != nil { return told }
        if let release = kernelRelease().value {
            let ends = [
                "x86_64", "amd64", "aarch64", "arm64", "s390x", "ppc64le", "ppc64", "riscv64", "loongarch64", "i686",
            ]
            for end in ends where release.hasSuffix(".\(end)") || release.hasSuffix("-\(end)") {
                return .known(["amd64": "x86_64", "arm64": "aarch64"][end] ?? end)
            }
        }
        return cpuInfo().flatMap { $0.architecture() }
    }
}
