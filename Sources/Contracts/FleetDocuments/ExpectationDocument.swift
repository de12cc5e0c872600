import FoundationEssentials
import HumanText
import NestingModel
package import NestingPolicy
package import YAMLDocument

/// PolicyExpectation files: a list `tests` in each, which says what has to come of reports and policies.
///
/// Read as strictly as policies are; the files that a test names are read with it, and their faults are told with
/// their own places.
package enum ExpectationDocument {
    static let keys = ["name", "policies", "at", "hosts", "expect"]
    static let hostKeys = ["path", "labels", "report", "age", "state"]
    static let expectKeys = ["findings", "plan"]
    static let findingKeys = [
        "kind", "path", "setting", "wanted", "found", "policy", "mode", "state", "severity", "exemption",
    ]
    static let itemKeys = ["path", "change", "disruption", "inside"]
    static let changeKeys = ["exposure", "startup-memory", "maximum-vcpus", "dynamic-memory"]

    /// - Parameter text: the text of a file that a test names, as it is written there; nil where there is none.
    package static func read(
        _ files: [DocumentText], text: @escaping (_ name: String, _ beside: String) -> String?
    ) throws(YAMLFaults) -> [PolicyExpectation] {
        let reader = YAMLReader()
        let tests = DocumentText.entries(files, under: "tests", allowed: keys, required: keys, reader) { fields in
            ExpectationFields(fields) { text($0, fields.place.file) }.expectation()
        }
        return try reader.finish(tests)
    }
}

/// One entry of a list `tests`.
private struct ExpectationFields {
    let fields: YAMLMapping
    let text: (String) -> String?

    init(_ fields: YAMLMapping, _ text: @escaping (String) -> String?) {
        self.fields = fields
        self.text = text
    }

    func expectation() -> PolicyExpectation? {
        let name = fields.string("name", longest: 256) ?? ""
        let moment = fields.value("at", expected: MomentText.rule) { MomentText.parse($0.text) }
        let book = policies()
        guard let moment else { return nil }
        let hosts = fields.mappings(
            "hosts", allowed: ExpectationDocument.hostKeys, required: ["path", "report"]
        ).compactMap { host($0, moment.date) }
        guard
            let expect = fields.mapping(
                "expect", allowed: ExpectationDocument.expectKeys, required: ["findings"])
        else { return nil }
        return PolicyExpectation(
            name: name, place: "\(fields.place.file):\(fields.place.line)", now: moment.date, hosts: hosts, book: book,
            findings: findings(expect), plan: expect.node("plan") == nil ? nil : plan(expect))
    }

    /// The text of a named file; a fault at its place where there is none.
    private func file(_ fields: YAMLMapping, _ key: String, _ name: String) -> String? {
        let text = text(name)
        if text == nil { fields.refuse(key, "names '\(name)', which can't be read", "name it as seen from this file") }
        return text
    }

    private func policies() -> PolicyBook {
        let names = fields.strings("policies") ?? []
        let files = names.compactMap { name in
            file(fields, "policies", name).map { DocumentText(name: name, text: $0) }
        }
        do throws(YAMLFaults) {
            return try PolicyDocument.read(files)
        } catch {
            for fault in error.faults { fields.reader.refuse(fault.place, fault.sentence, fault.remedy) }
            return PolicyBook()
        }
    }

    private func host(_ fields: YAMLMapping, _ now: Date) -> HostView? {
        let path = fields.value("path", expected: "a path of names, as rack7 or rack7/build-l1") { NodePath($0.text) }
        let labels = fields.pairs("labels", longest: 256) ?? [:]
        let age = fields.duration("age", in: .zero...(.seconds(366 * 86_400)))
        let state = fields.value("state", expected: "ok, or why it can't be read, as unreachable or silent") { scalar in
            HostState(rawValue: scalar.text).flatMap { $0 == .unknown ? nil : $0 }
        }
        guard let path, let report = report(fields) else { return nil }
        let received = now.addingTimeInterval(-TimeInterval(age?.components.seconds ?? 0))
        return HostView(
            host: FleetHost(
                path: path, address: "-", port: 22, user: "-", labels: labels, hostKeys: [],
                uuid: report.host.smbiosUUID.value,
                agent: InstalledAgent(
                    directory: "-", state: "-", libvirtSocket: nil, authorizedKeys: "-", sha256: "",
                    version: report.agent.version), enrolledAt: received),
            health: HostHealth(state: state ?? .ok, checkedAt: now, reportedAt: received), report: report)
    }

    private func report(_ fields: YAMLMapping) -> HostReport? {
        guard let name = fields.string("report"), let text = file(fields, "report", name) else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            let report = try decoder.decode(HostReport.self, from: Data(text.utf8))
            guard report.schema == HostReport.currentSchema else {
                let schema = ShownText.escaped(report.schema)
                fields.refuse("report", "is of schema '\(schema)', not '\(HostReport.currentSchema)'", Self.remedy)
                return nil
            }
            return report
        } catch {
            fields.refuse(
                "report", "names '\(name)', which is no report: \(ShownText.escaped("\(error)"))", Self.remedy)
            return nil
        }
    }

    private static let remedy = "put there what 'nestor-agent report' prints"

    private func findings(_ expect: YAMLMapping) -> [ExpectedFinding] {
        expect.mappings(
            "findings", allowed: ExpectationDocument.findingKeys, required: ["path"], mayBeEmpty: true
        ).compactMap { fields in
            let path = fields.value("path", expected: "a path of names, as rack7/build-l1") { NodePath($0.text) }
            let kind = fields.value("kind", expected: "a kind of finding, as drift or host-unread") { scalar in
                FindingKind(rawValue: scalar.text).flatMap { $0 == .unknown ? nil : $0 }
            }
            let setting = fields.oneOf("setting", WishFields.keys).flatMap(Setting.init(rawValue:))
            guard let path else { return nil }
            var finding = ExpectedFinding(kind ?? .drift, path, setting)
            finding.wanted = fields.string("wanted")
            finding.found = fields.string("found")
            finding.policy = fields.string("policy")
            finding.mode = fields.oneOf("mode", PolicyMode.self, except: [.unknown])
            finding.state = fields.oneOf("state", ["open", "stale", "exempted"]).flatMap(FindingState.init)
            finding.severity = fields.oneOf("severity", Severity.self, except: [.unknown])
            finding.exemption = fields.string("exemption")
            return finding
        }
    }

    private func plan(_ expect: YAMLMapping) -> [ExpectedItem] {
        expect.mappings("plan", allowed: ExpectationDocument.itemKeys, required: ["path"], mayBeEmpty: true)
            .compactMap { fields in
                let path = fields.value("path", expected: "a path of names, as rack7/build-l1") { NodePath($0.text) }
                guard let path else { return nil }
                var item = ExpectedItem(path)
                item.change = fields.mapping("change", allowed: ExpectationDocument.changeKeys).map { change in
                    let wishes = WishFields.read(change, savedState: [])
                    return GuestChange(
                        exposure: wishes.exposure, startupMemory: wishes.startupMemory,
                        maximumVCPUs: wishes.maximumVCPUs, dynamicMemory: wishes.dynamicMemory)
                }
                item.disruption = fields.oneOf("disruption", ["none", "guest-restart"]).flatMap(Disruption.init)
                item.inside = fields.node("inside").map { _ in
                    fields.values("inside", expected: "a path of names") { NodePath($0.text) } ?? []
                }
                return item
            }
    }
}
