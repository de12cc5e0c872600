import SecureShell
import Testing

@testable import FleetControl

@Suite("A known_hosts file")
struct KnownHostsTests {
    static let rows: [(line: String, names: [String], verdict: KnownHosts.Verdict)] = [
        ("rack7 ssh-ed25519 AAAA", ["rack7"], .accepted(line: 1)),
        ("RACK7,10.0.0.7 ssh-ed25519 AAAA comment", ["10.0.0.7"], .accepted(line: 1)),
        ("rack7 ssh-ed25519 BBBB", ["rack7"], .differs(line: 1)),
        ("rack7 ssh-rsa CCCC\nrack7 ssh-ed25519 AAAA", ["rack7"], .accepted(line: 2)),
        ("rack7 ssh-rsa CCCC", ["rack7"], .differs(line: 1)),
        ("rack8 ssh-ed25519 AAAA", ["rack7"], .unlisted),
        ("rack? ssh-ed25519 AAAA", ["rack7"], .accepted(line: 1)),
        ("*.lan,!evil.lan ssh-ed25519 AAAA", ["a.lan"], .accepted(line: 1)),
        ("*.lan,!evil.lan ssh-ed25519 AAAA", ["evil.lan"], .unlisted),
        ("[10.0.0.7]:2222 ssh-ed25519 AAAA", ["10.0.0.7"], .unlisted),
        ("[10.0.0.7]:2222 ssh-ed25519 AAAA", ["[10.0.0.7]:2222"], .accepted(line: 1)),
        ("@revoked * ssh-ed25519 AAAA\nrack7 ssh-ed25519 AAAA", ["rack7"], .revoked(line: 1)),
        ("@revoked * ssh-ed25519 BBBB\nrack7 ssh-ed25519 AAAA", ["rack7"], .accepted(line: 2)),
        ("@cert-authority * ssh-ed25519 AAAA", ["rack7"], .unlisted),
        ("# rack7 ssh-ed25519 AAAA\n\nrack7\nrack7 ssh-ed25519", ["rack7"], .unlisted),
        // Made by ssh-keygen -H of [rack7.example.org]:2222.
        ("HASHED ssh-ed25519 AAAA", ["[rack7.example.org]:2222"], .accepted(line: 1)),
        ("HASHED ssh-ed25519 AAAA", ["rack7.example.org"], .unlisted),
        ("|1|broken ssh-ed25519 AAAA", ["rack7"], .unlisted),
    ]

    @Test("says of a key what ssh would", arguments: rows)
    func verdict(_ row: (line: String, names: [String], verdict: KnownHosts.Verdict)) {
        let text = row.line.replacing("HASHED", with: Self.hashed)
        #expect(
            KnownHosts(text).verdict(on: HostKey(type: "ssh-ed25519", base64: "AAAA"), of: row.names) == row.verdict)
    }

    @Test("knows a guest by its path only: its address is unique inside its own host alone")
    func names() {
        #expect(
            KnownHosts.names(path: "rack7/L1", isPhysical: false, address: "192.168.122.2", port: 22) == ["rack7/l1"])
        #expect(
            KnownHosts.names(path: "rack7", isPhysical: true, address: "10.0.0.7", port: 2222)
                == ["rack7", "[10.0.0.7]:2222"])
    }

    private static let hashed = "|1|4QB00nIkAFVFqDTN3MkLpOZ3/lo=|jOUfvM+I+LnEa0xOxYUwh5fUQoE="
}
