import NestingModel

/// Small texts that both kinds of file hold.
enum FleetText {
    static let uuidRule = "a uuid, as 6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e"

    /// In lower case; nil for what is none.
    static func uuid(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], parts.allSatisfy({ $0.utf8.allSatisfy(isHexDigit) }) else {
            return nil
        }
        return text.lowercased()
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    static let hostKeyRule = "a key's type and its base64, as in known_hosts: ssh-ed25519 AAAAC3…"

    static func isHostKey(_ text: String) -> Bool {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].utf8.count >= 16 else { return false }
        return parts[1].utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic && scalar.isASCII || isHexDigit(byte) || "+/=".utf8.contains(byte)
        } && parts[0].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// The managers that a policy may name.
    static let managers = [
        OwningManager.openstack, .ovirt, .kubevirt, .cloudstack, .proxmox, .opennebula, .incus,
    ].map(\.rawValue)
}
