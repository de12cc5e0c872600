import FoundationEssentials
package import NestingModel

/// The findings of one run, in order: values or, of a run that was stored, text of which each is read when somebody
/// looks at it. As values a large fleet's would be several times as much.
package struct ReportedFindings: Sequence, Sendable {
    private enum Content: Sendable {
        case values([ReportedFinding])
        case stored([String])
    }

    private let content: Content

    package init(_ findings: [ReportedFinding]) { content = .values(findings) }

    /// - Parameter parts: as `parts` gave them.
    package init(stored parts: [String]) { content = .stored(parts) }

    /// As they are stored: each finding's JSON with sorted keys on a line, and some hundreds of lines in each part.
    package var parts: [String] {
        guard case .values(let findings) = content else { return stored }
        let coding = Coding()
        return stride(from: 0, to: findings.count, by: 500).map { start in
            findings[start...].prefix(500).map { coding.line($0) }.joined(separator: "\n")
        }
    }

    private var stored: [String] { if case .stored(let parts) = content { parts } else { [] } }

    /// Each finding's JSON.
    package var documents: AnyIterator<Substring> {
        if case .values(let findings) = content {
            var (rest, coding) = (findings[...], Coding())
            return AnyIterator { rest.popFirst().map { coding.line($0)[...] } }
        }
        var parts = stored[...]
        var lines: ArraySlice<Substring> = []
        return AnyIterator {
            while lines.isEmpty {
                guard let part = parts.popFirst() else { return nil }
                // By bytes: no line of JSON has one that is not its end.
                lines = part.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }[...]
            }
            return lines.popFirst()
        }
    }

    package func makeIterator() -> AnyIterator<ReportedFinding> {
        if case .values(let findings) = content { return AnyIterator(findings.makeIterator()) }
        let (documents, coding) = (documents, Coding())
        return AnyIterator { documents.next().map { coding.finding($0) } }
    }

    package var isEmpty: Bool {
        if case .values(let findings) = content { findings.isEmpty } else { stored.isEmpty }
    }

    package var count: Int {
        if case .values(let findings) = content { return findings.count }
        return stored.reduce(0) { $0 + 1 + $1.utf8.count { $0 == UInt8(ascii: "\n") } }
    }

    /// Those that a page shows, which reads no more of the others than what became of them.
    /// - Parameter limit: of each standing.
    package func listed(limit: Int) -> [FindingStanding: (findings: [Finding], count: Int)] {
        var listed: [FindingStanding: (findings: [Finding], count: Int)] = [:]
        let coding = Coding()
        func take(_ standing: FindingStanding, _ finding: () -> Finding) {
            if listed[standing, default: ([], 0)].findings.count < limit {
                listed[standing, default: ([], 0)].findings.append(finding())
            }
            listed[standing]?.count += 1
        }
        if case .values(let findings) = content {
            for reported in findings { take(reported.standing) { reported.finding } }
            return listed
        }
        // Its keys are sorted: the standing is the last thing on its line.
        let ends = FindingStanding.allCases.map { ($0, Array("\"standing\":\"\($0.rawValue)\"}".utf8)) }
        for document in documents {
            if let end = ends.first(where: { document.utf8.suffix($0.1.count).elementsEqual($0.1) }) {
                take(end.0) { coding.finding(document).finding }
            } else {
                let reported = coding.finding(document)
                take(reported.standing) { reported.finding }
            }
        }
        return listed
    }

    private struct Coding {
        private let encoder = JSONEncoder()
        private let decoder = JSONDecoder()

        init() {
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            decoder.dateDecodingStrategy = .iso8601
        }

        func line(_ finding: ReportedFinding) -> String {
            // Plain texts, numbers and dates: none of them fails to encode.
            (try? encoder.encode(finding)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
        }

        func finding(_ document: Substring) -> ReportedFinding {
            do {
                return try decoder.decode(ReportedFinding.self, from: Data(document.utf8))
            } catch {
                // Told rather than left out: who counts would miss it.
                return ReportedFinding(
                    standing: .unknown,
                    finding: Finding(
                        kind: .unknown, path: NodePath(names: ["unknown"]).unsafelyUnwrapped, severity: .unknown,
                        sentence: "a stored finding can't be read: \(error)", remedy: "nestor report run",
                        firstSeen: .distantPast, lastSeen: .distantPast))
            }
        }
    }
}

extension ReportedFindings: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try [ReportedFinding](from: decoder))
    }

    package func encode(to encoder: any Encoder) throws { try Array(self).encode(to: encoder) }
}

extension ReportedFindings: Hashable {
    package static func == (left: ReportedFindings, right: ReportedFindings) -> Bool { left.elementsEqual(right) }
    package func hash(into hasher: inout Hasher) { hasher.combine(Array(self)) }
}
