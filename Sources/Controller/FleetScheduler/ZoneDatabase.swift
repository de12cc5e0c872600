import FoundationEssentials

/// The system's time-zone database.
package struct ZoneDatabase: Sendable {
    private let folder: String

    /// - Parameter folder: where its files lie, one for each zone.
    package init(folder: String = "/usr/share/zoneinfo") {
        self.folder = folder
    }

    /// - Returns: nil where there is no such zone.
    package func rules(of name: String) -> ZoneRules? {
        // A name becomes a place on the disk: nothing but names of the database may.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
                        true
                    default: false
                    }
                }
        }
        guard isName, let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)")) else { return nil }
        return ZoneRules(tzif: Array(data))
    }

    /// Whether the database is there at all.
    package var isInstalled: Bool { rules(of: "UTC") != nil }
}
