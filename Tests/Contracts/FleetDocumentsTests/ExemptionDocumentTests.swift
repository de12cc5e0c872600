import FleetDocuments
import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing
import YAMLDocument

@Suite("Exemptions in policy files")
struct ExemptionDocumentTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)  // 2027-01-15T08:00:00Z
    private static let bounds = ExemptionBounds(now: now, longest: 30 * 86_400)

    private static let full = """
        exemptions:
          - name: legacy
            select: {paths: [rack7/build-*]}
            settings: [exposure, startup-memory]
            accepts: {exposure: hidden, startup-memory: 2GiB}
            owner: alice@example.net
            reason: waits for its new image
            expires: 2027-01-31T18:00 Europe/Berlin
        """

    private func read(_ text: String, _ bounds: ExemptionBounds? = bounds) throws -> PolicyBook {
        try PolicyDocument.read(
            [DocumentText(name: "e.yaml", text: text)], roots: ["rack7"], exemptions: bounds)
    }

    private func faults(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let faults as YAMLFaults {
            return faults.faults.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test("every field is read, and where it stands; a file needs no policies")
    func fields() throws {
        let exemption = Exemption(
            name: "legacy", selector: PolicySelector(paths: ["rack7/build-*"]), settings: [.exposure, .startupMemory],
            accepts: DesiredSettings(exposure: false, startupMemory: 2 << 30), owner: "alice@example.net",
            reason: "waits for its new image",
            expires: Moment(Date(timeIntervalSince1970: 1_801_414_800), "2027-01-31T18:00 Europe/Berlin"),
            place: "e.yaml:2")
        #expect(try read(Self.full) == PolicyBook(exemptions: [exemption]))
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let book = try read(Self.full)
        #expect(
            try read(PolicyDocument.write(book)).exemptions.map(\.withoutPlace) == book.exemptions.map(\.withoutPlace))
    }

    private static let rest = "select: {all: true}, owner: o, reason: r"
    private static let end = "expires: 2027-01-20T00:00Z"

    @Test(
        "what is over, too long, without a zone or an owner is refused, with place and remedy",
        arguments: [
            ("settings: [exposure], \(rest), expires: 2027-01-15T08:00Z", "the exemption is over"),
            ("settings: [exposure], \(rest), expires: 2027-02-15T08:00Z", "more than 30 days from now"),
            ("settings: [exposure], \(rest), expires: 2027-01-20T00:00", "with its zone"),
            ("settings: [exposure], \(rest), expires: 2027-01-20", "with its zone"),
            ("settings: [exposure], \(rest), expires: 2027-01-20T00:00 Europe/Berlun", "with its zone"),
            ("settings: [exposure], \(rest), expires: 2027-01-20T00:00 CET", "with its zone"),
            ("settings: [exposure], \(rest), expires: 2027-02-30T00:00Z", "with its zone"),
            ("settings: [exposur], \(rest), \(end)", "exposure"),
            ("settings: [], \(rest), \(end)", "is an empty list"),
            ("settings: [exposure], accepts: {maximum-vcpus: 2}, \(rest), \(end)", "none of the settings"),
            ("settings: [exposure], accepts: {}, \(rest), \(end)", "accepts nothing"),
            ("settings: [exposure], select: {all: true}, reason: r, \(end)", "owner is missing"),
            ("settings: [exposure], select: {all: true}, owner: o, reason: '', \(end)", "reason is blank"),
            ("settings: [exposure], \(rest)", "expires is missing"),
            ("settings: [exposure], \(rest), \(end), until: x", "not known here"),
            ("settings: [exposure], select: {paths: [rack9/x]}, owner: o, reason: r, \(end)", "named 'rack9'"),
        ])
    func refused(fields: String, part: String) {
        let found = faults("exemptions:\n  - {name: e, \(fields)}\n")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("e.yaml:2:") == true)
        #expect(found.first?.contains(part) == true, "\(found)")
    }

    @Test("a name is used once among exemptions, and a policy may have the same one")
    func names() {
        let one = "{name: e, settings: [exposure], \(Self.rest), \(Self.end)}"
        let policy = "policies: [{name: e, select: {all: true}, desire: {exposure: hidden}}]\n"
        #expect(faults(policy + "exemptions: [\(one)]\n") == [])
        #expect(faults("exemptions: [\(one), \(one)]\n").first?.contains("\"e\" is taken at e.yaml:1:21") == true)
    }

    @Test("a file that has neither list is refused, and one that is over may stand where nothing is taken")
    func others() throws {
        #expect(faults("exemption: []\n").contains { $0.contains("did you mean exemptions?") })
        #expect(faults("{}\n").first?.contains("policies is missing") == true)
        let over = "exemptions: [{name: e, settings: [exposure], \(Self.rest), expires: 2001-01-20T00:00Z}]"
        #expect(try read(over, nil).exemptions.count == 1)
    }
}
