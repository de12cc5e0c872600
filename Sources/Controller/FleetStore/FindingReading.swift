package import ControllerAPI
import FoundationEssentials
package import NestingModel

/// Findings a page at a time, in one order: what stands before what ended, the worst first, then by path and id.
package protocol FindingReading {
    /// - Parameter place: where the page begins, behind it; nil for the first one. `query.after` is not looked at.
    func findings(_ query: FindingQuery, after place: FindingPlace?) throws(StoreFailure) -> FindingPage
    /// How many are open or stale, without reading any of them.
    func openFindingCounts() throws(StoreFailure) -> [Severity: Int]
}

/// Where a finding stands in the order of all.
package struct FindingPlace: Codable, Sendable, Hashable {
    package var shelf: Int
    package var rank: Int
    package var place: String
    package var id: String

    package init(shelf: Int, rank: Int, place: String, id: String) {
        self.shelf = shelf
        self.rank = rank
        self.place = place
        self.id = id
    }

    package init(_ finding: Finding) {
        self.init(
            shelf: Self.shelf(finding.state), rank: Self.rank(finding.severity), place: Self.place(finding.path),
            id: finding.id)
    }

    /// What stands, what an exemption holds, and what ended.
    package static func shelf(_ state: FindingState) -> Int {
        switch state {
        case .open, .stale, .unknown: 0
        case .exempted: 1
        case .resolved: 2
        }
    }

    /// The worst is 0.
    package static func rank(_ severity: Severity) -> Int {
        Severity.allCases.count - 1 - (Severity.allCases.firstIndex(of: severity) ?? 0)
    }

    package static func severity(rank: Int) -> Severity {
        let all = Severity.allCases
        return all.indices.contains(all.count - 1 - rank) ? all[all.count - 1 - rank] : .unknown
    }

    /// Names with what no name holds between them, so that texts stand in the order of paths: `rack7/b` before `rack70`.
    package static func place(_ path: NodePath) -> String { path.names.joined(separator: "\u{1}") }

    /// Opaque to whoever asks for pages, and fit for a URL.
    /// - Returns: nil where no page ever ended like this.
    package init?(cursor: String) {
        guard let data = Data(base64Encoded: cursor.replacing("-", with: "+").replacing("_", with: "/")),
            let place = try? JSONDecoder().decode(FindingPlace.self, from: data)
        else { return nil }
        self = place
    }

    package var cursor: String {
        // Two numbers and two strings: they always encode.
        ((try? JSONEncoder().encode(self)) ?? Data()).base64EncodedString().replacing("+", with: "-").replacing(
            "/", with: "_")
    }
}
