import ControllerAPI
import Foundation
import Settings
import Testing

@testable import ControllerApp

@Suite("Where the audit log's head is sent")
struct AuditSettingsTests {
    private let audit = AuditSettings()

    private func place(_ flags: [String: String]) throws -> WebhookPlace? {
        try audit.read(
            try Settings.load(file: nil, environment: [:], flags: flags, keys: audit.keys))
    }

    @Test("is nowhere by default, and a webhook with its key where both are set")
    func read() throws {
        #expect(try place([:]) == nil)
        var both = ["audit.anchor.url": "https://h.example/x", "audit.anchor.secret-file": "/k"]
        #expect(try place(both) == WebhookPlace(url: "https://h.example/x", secretFile: "/k"))
        both["audit.anchor.ca-file"] = "/ca"
        #expect(try place(both)?.authorityFile == "/ca")
    }

    @Test("is no address without its key, and no key without its address")
    func halves() {
        for half in [["audit.anchor.url": "https://h.example/x"], ["audit.anchor.secret-file": "/k"]] {
            let faults = #expect(throws: SettingsFaults.self) { try place(half) }
            #expect(faults?.description.contains("is not") == true)
        }
    }

    @Test("is no address that others could read on the way", arguments: ["http://h.example/x", "ftp://h/", "h", ""])
    func addresses(_ url: String) {
        #expect(throws: SettingsFaults.self) { try place(["audit.anchor.url": url]) }
    }

    @Test("is shown without what may be a secret in it")
    func shown() throws {
        let settings = try Settings.load(
            file: nil, environment: [:],
            flags: ["audit.anchor.url": "https://h.example/T0K3N", "audit.anchor.secret-file": "/k"],
            keys: audit.keys)
        let values = settings.explain().map(\.value)
        #expect(values.contains("https://h.example") && !values.contains { $0.contains("T0K3N") })
    }
}
