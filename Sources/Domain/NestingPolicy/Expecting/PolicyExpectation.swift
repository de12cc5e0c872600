package import FoundationEssentials
package import NestingModel

/// One test of policies: reports of a fleet, and what has to come of them.
package struct PolicyExpectation: Sendable {
    package var name: String
    /// Where it was written, `builders.yaml:4`.
    package var place: String
    /// What `from`, `grace` and exemptions are held against.
    package var now: Date
    package var hosts: [HostView]
    package var book: PolicyBook
    /// All that is found, and nothing else.
    package var findings: [ExpectedFinding]
    /// All that is planned, and nothing else; nil asks nothing of plans.
    package var plan: [ExpectedItem]?

    package init(
        name: String, place: String, now: Date, hosts: [HostView], book: PolicyBook, findings: [ExpectedFinding],
        plan: [ExpectedItem]?
    ) {
        self.name = name
        self.place = place
        self.now = now
        self.hosts = hosts
        self.book = book
        self.findings = findings
        self.plan = plan
    }
}

/// A finding by kind, place and setting, and what else has to be true of it; nil asks nothing.
package struct ExpectedFinding: Sendable, Hashable {
    package var kind: FindingKind
    package var path: NodePath
    package var setting: Setting?
    package var wanted: String?
    package var found: String?
    package var policy: String?
    package var mode: PolicyMode?
    package var state: FindingState?
    package var severity: Severity?
    package var exemption: String?

    package init(_ kind: FindingKind, _ path: NodePath, _ setting: Setting?) {
        self.kind = kind
        self.path = path
        self.setting = setting
    }
}

/// A correction by the guest's place, and what else has to be true of it; nil asks nothing.
package struct ExpectedItem: Sendable, Hashable {
    package var path: NodePath
    package var change: GuestChange?
    package var disruption: Disruption?
    /// The guests inside that go down with it.
    package var inside: [NodePath]?

    package init(_ path: NodePath) {
        self.path = path
    }
}

extension PolicyExpectation {
    /// What came otherwise, one sentence each, findings before the plan; empty where all is as expected.
    package func differences() -> [String] {
        let joined = NestingTree.join(hosts)
        let found = PolicyEngine(book).evaluate(joined, now: now)
        var result = compare(found)
        if let plan {
            let made = Planner.plan(joined.tree, findings: found, policies: book.policies, now: now)
            result += compare(made, with: plan)
        }
        return result
    }

    private func compare(_ found: [Finding]) -> [String] {
        var rest = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
        var result: [String] = []
        for expected in findings {
            let subject = Self.subject(expected.kind, expected.path, expected.setting)
            guard let finding = rest.removeValue(forKey: Finding.id(expected.kind, expected.path, expected.setting))
            else {
                result.append("missing: \(subject)")
                continue
            }
            result += finding.differences(from: expected).map { "\(subject): \($0)" }
        }
        let unexpected = found.filter { rest[$0.id] != nil }
        return result
            + unexpected.map { "not expected: \(Self.subject($0.kind, $0.path, $0.setting)): \($0.sentence)" }
    }

    private static func subject(_ kind: FindingKind, _ path: NodePath, _ setting: Setting?) -> String {
        "\(kind)\(setting.map { " of \($0)" } ?? "") at \(path)"
    }

    private func compare(_ made: Plan, with expected: [ExpectedItem]) -> [String] {
        var result: [String] = []
        let items = Dictionary(made.items.map { ($0.path, $0) }) { first, _ in first }
        for item in expected {
            guard let planned = items[item.path] else {
                let why = made.blocked.filter { $0.path == item.path }.map { "\($0.code), \($0.sentence)" }
                result.append("not planned: \(item.path)\(why.isEmpty ? "" : ": \(why.joined(separator: "; "))")")
                continue
            }
            result += planned.differences(from: item).map { "the plan of \(item.path): \($0)" }
        }
        let wanted = Set(expected.map(\.path))
        return result
            + made.items.filter { !wanted.contains($0.path) }.map {
                "planned and not expected: \($0.path): \(PlanSteps.changes($0.change).joined(separator: ", "))"
            }
    }
}

extension Finding {
    fileprivate func differences(from expected: ExpectedFinding) -> [String] {
        [
            Self.difference("wanted", desired, expected.wanted),
            Self.difference("found", observed, expected.found),
            Self.difference("policy", policy ?? "none", expected.policy),
            Self.difference("mode", mode?.rawValue ?? "none", expected.mode?.rawValue),
            Self.difference("state", state.rawValue, expected.state?.rawValue),
            Self.difference("severity", severity.rawValue, expected.severity?.rawValue),
            Self.difference("exemption", exemption?.name ?? "none", expected.exemption),
        ].compactMap { $0 }
    }

    fileprivate static func difference(_ what: String, _ came: String, _ expected: String?) -> String? {
        guard let expected, expected != came else { return nil }
        return "\(what) is '\(came)', and '\(expected)' was expected"
    }
}

extension PlanItem {
    fileprivate func differences(from expected: ExpectedItem) -> [String] {
        func words(_ change: GuestChange) -> String { PlanSteps.changes(change).joined(separator: ", ") }
        func list(_ paths: [NodePath]) -> String { paths.map(\.description).sorted().joined(separator: ", ") }
        return [
            Finding.difference("change", words(change), expected.change.map(words)),
            Finding.difference("disruption", disruption.rawValue, expected.disruption?.rawValue),
            Finding.difference("inside", list(blastRadius), expected.inside.map(list)),
        ].compactMap { $0 }
    }
}
