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
    static let findingStates = ["open", "stale", "exempted"]
    static let disruptions = ["none", "guest-restart"]
    static let changeKeys = ["exposure", "startup-memory", "maximum-vcpus", "dynamic-memory"]

    /// A file that a test names, as it is written there and as seen from the test's own file.
    package typealias NamedFile = (_ name: String, _ beside: String) throws(UnreadableText) -> DocumentText

    /// - Parameter files: those with policies alone are passed over, as they often lie beside their tests.
    package static func read(_ files: [DocumentText], named: @escaping NamedFile) throws(YAMLFaults)
        -> [PolicyExpectation]
    {
        let reader = YAMLReader()
        let files = files.filter { !holdsPoliciesAlone($0) }
        let tests = DocumentText.entries(files, under: "tests", allowed: keys, required: keys, reader) { fields in
            ExpectationFields(fields, named).expectation()
        }
        return try reader.finish(tests)
    }

    private static func holdsPoliciesAlone(_ file: DocumentText) -> Bool {
        guard let root = try? YAMLDocument.parse(file.text, file: file.name), root["tests"] == nil else { return false }
        return PolicyDocument.lists.contains { root[$0] != nil }
    }
}

/// One entry of a list `tests`.
private struct ExpectationFields {
    let fields: YAMLMapping
    let named: ExpectationDocument.NamedFile

    init(_ fields: YAMLMapping, _ named: @escaping ExpectationDocument.NamedFile) {
        self.fields = fields
        self.named = named
    }

    func expectation() -> PolicyExpectation? {
        let name = fields.string("name", longest: 256) ?? ""
        // A test with faults never gets out: what follows is read for its own faults.
        let now = fields.moment("at")?.date ?? .distantPast
        let book = policies()
        var places: [NodePath: YAMLPlace] = [:]
        let hosts = fields.mappings(
            "hosts", allowed: ExpectationDocument.hostKeys, required: ["path", "report"]
        ).compactMap { host($0, now, &places) }
        guard
            let expect = fields.mapping(
                "expect", allowed: ExpectationDocument.expectKeys, required: ["findings"])
        else { return nil }
        return PolicyExpectation(
            name: name, place: "\(fields.place.file):\(fields.place.line)", now: now, hosts: hosts, book: book,
            findings: findings(expect), plan: expect.node("plan") == nil ? nil : plan(expect))
    }

    /// A named file; a fault at its place where it can't be read.
    private func file(_ fields: YAMLMapping, _ key: String, _ name: String) -> DocumentText? {
        do throws(UnreadableText) {
            return try named(name, fields.place.file)
        } catch {
            fields.refuse(
                key, "names \(ShownText.quoted(name)), which can't be read: \(error.reason)",
                "name it as seen from this file")
            return nil
        }
    }

    private func policies() -> PolicyBook {
        let files = (fields.strings("policies") ?? []).compactMap { file(fields, "policies", $0) }
        do throws(YAMLFaults) {
            return try PolicyDocument.read(files)
        } catch {
            for fault in error.faults { fields.reader.refuse(fault.place, fault.sentence, fault.remedy) }
            return PolicyBook()
        }
    }

    private func host(_ fields: YAMLMapping, _ now: Date, _ places: inout [NodePath: YAMLPlace]) -> HostView? {
        let path = fields.value("path", expected: "a path of names, as rack7 or rack7/build-l1") { NodePath($0.text) }
        let labels = fields.pairs("labels", longest: 256) ?? [:]
        let age = fields.duration("age", in: .zero...(.seconds(366 * 86_400)))
        let state = fields.value("state", expected: "ok, or why it can't be read, as unreachable or silent") { scalar in
            HostState(rawValue: scalar.text).flatMap { $0 == .unknown ? nil : $0 }
        }
        if let path {
            if let first = places[path] {
                fields.refuse(
                    "path", "\(ShownText.quoted(path.description)) is taken at \(first)", "name each host once")
            } else {
                places[path] = fields.place("path")
            }
        }
        let report = report(fields)
        guard let path, let report else { return nil }
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
        guard let name = fields.string("report"), let text = file(fields, "report", name)?.text else { return nil }
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
                "report", "names \(ShownText.quoted(name)), which is no report: \(Self.reason(error))", Self.remedy)
            return nil
        }
    }

    private static let remedy = "put there what 'nestor-agent report' prints"

    /// What is wrong with it, and where: `guests[0].vcpus.maximum: expected …`.
    private static func reason(_ error: any Error) -> String {
        func at(_ path: [any CodingKey]) -> String {
            path.reduce("") { place, key in
                if let index = key.intValue { return "\(place)[\(index)]" }
                return place.isEmpty ? key.stringValue : "\(place).\(key.stringValue)"
            }
        }
        let (place, sentence): (String, String) =
            switch error {
            case DecodingError.keyNotFound(let key, let context): (at(context.codingPath + [key]), "is missing")
            case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
                DecodingError.dataCorrupted(let context):
                (at(context.codingPath), context.debugDescription)
            default: ("", "\(error)")
            }
        return ShownText.escaped(place.isEmpty ? sentence : "\(place): \(sentence)", limit: 400)
    }

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
            finding.state = fields.oneOf("state", ExpectationDocument.findingStates).flatMap(FindingState.init)
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
                    let wishes = WishFields.read(change, presence: [])
                    return GuestChange(
                        exposure: wishes.exposure, startupMemory: wishes.startupMemory,
                        maximumVCPUs: wishes.maximumVCPUs, dynamicMemory: wishes.dynamicMemory)
                }
                item.disruption = fields.oneOf("disruption", ExpectationDocument.disruptions).flatMap(Disruption.init)
                item.inside = fields.node("inside").map { _ in
                    fields.values("inside", expected: "a path of names") { NodePath($0.text) } ?? []
                }
                return item
            }
    }
}
